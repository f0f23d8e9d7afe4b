import { ProblemError } from '../problems/problem-error.ts';

const TAG = /^"(\d{1,9})"$/;

/**
 * The versions that `If-Match` allows (RFC 9110, 13.1.1); null for `*`, any version. The comparison
 * is strong: weak tags, and what is no tag of ours, match nothing.
 */
export function readIfMatch(ifMatch: string): number[] | null {
  const candidates = ifMatch.split(',').map((candidate) => candidate.trim());
  if (candidates.includes('*')) return null;
  return candidates.flatMap((candidate) => {
    const version = TAG.exec(candidate)?.[1];
    return version === undefined ? [] : Number(version);
  });
}

/**
 * For changes that must not be made blindly.
 * @throws ProblemError `precondition-required` without the header (RFC 6585, 3)
 */
export function requireIfMatch(ifMatch: string | undefined): number[] | null {
  if (ifMatch === undefined) throw new ProblemError('precondition-required');
  return readIfMatch(ifMatch);
}
