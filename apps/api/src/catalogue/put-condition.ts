import type { PutCondition } from '@orders/database/catalogue/put-condition';
import type { FastifyRequest } from 'fastify';
import { readIfMatch } from '../http/if-match.ts';
import { ProblemError } from '../problems/problem-error.ts';

/**
 * What `If-Match` and `If-None-Match` ask of a PUT (RFC 9110, 13.1). Of the latter only `*` makes
 * sense here.
 *
 * @throws ProblemError `validation-error` for anything else: it must not be carried out unasked
 */
export function readPutCondition({ headers }: Pick<FastifyRequest, 'headers'>): PutCondition {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  if (ifNoneMatch !== undefined && ifNoneMatch.trim() !== '*') {
    throw new ProblemError('validation-error', {
      detail: 'If-None-Match must be * in a PUT.',
    });
  }
  const match = ifMatch === undefined ? undefined : readIfMatch(ifMatch);
  return { match, absent: ifNoneMatch !== undefined };
}
