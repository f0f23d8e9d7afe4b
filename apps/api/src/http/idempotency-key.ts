import type { IncomingMessage } from 'node:http';
import { ProblemError } from '../problems/problem-error.ts';
import { countHeader } from './count-header.ts';

const HEADER = 'idempotency-key';
/** 1 to 255 visible ASCII characters. */
const KEY = /^[\x21-\x7e]{1,255}$/;
/** An RFC 8941 string: quotes and backslashes inside are escaped. */
const QUOTED = /^"(?:[^"\\]|\\["\\])*"$/;

/**
 * The `Idempotency-Key` of a request, or null without one. Bare and as a quoted string it is the
 * same key.
 *
 * @throws ProblemError `idempotency-key-invalid`: an answer for the wrong key is worse than none
 */
export function readIdempotencyKey({ headers, rawHeaders }: IncomingMessage): string | null {
  const value = headers[HEADER];
  if (value === undefined) return null;
  const key = typeof value === 'string' ? unquote(value) : null;
  if (key === null || !KEY.test(key) || countHeader(rawHeaders, HEADER) !== 1) {
    throw new ProblemError('idempotency-key-invalid');
  }
  return key;
}

function unquote(value: string): string | null {
  if (!value.startsWith('"')) return value;
  return QUOTED.test(value) ? value.slice(1, -1).replace(/\\(["\\])/g, '$1') : null;
}
