/** A strong entity tag (RFC 9110, 8.8.3) of a version that rises with every visible change. */
export function entityTag(version: number): string {
  return `"${version}"`;
}

/**
 * Whether `If-None-Match` names what the client would get (RFC 9110, 13.1.2): it has it already.
 * The comparison is weak, as the RFC asks.
 */
export function matchesNone(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === tag);
}
