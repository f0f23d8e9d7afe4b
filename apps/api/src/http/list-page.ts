import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { ProblemError } from '../problems/problem-error.ts';
import type { Cursors } from './cursors.ts';

/** `limit` and `cursor`, as every list has them. */
export const PAGE_QUERY = {
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, { error: 'must be a whole number from 1 to 100' })
    .transform(Number)
    .pipe(z.int().max(100, { error: 'must be a whole number from 1 to 100' }))
    .optional()
    .meta({ description: '1 to 100, 20 without it', type: 'integer', examples: [20] }),
  cursor: z
    .string()
    .min(1)
    .optional()
    .meta({ description: '`nextCursor` of the page before; carries its filters' }),
};

const DEFAULT_LIMIT = 20;

export interface PageRequest {
  /** Names the list: of its cursors, and of nothing else. */
  readonly list: string;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  /** What was asked for; what is undefined was not said. */
  readonly filter: Readonly<Record<string, string | undefined>>;
}

export interface AskedPage {
  readonly limit: number;
  readonly filter: Readonly<Record<string, string>>;
  /** Of the last row of the page before; null for the first page. */
  readonly position: readonly string[] | null;
}

/**
 * What page is asked for. A cursor carries the filters of its list: they need not be said again,
 * and others than those are refused.
 *
 * @throws ProblemError `invalid-cursor`
 */
export function readPage(cursors: Cursors, request: PageRequest): AskedPage {
  const { list, limit = DEFAULT_LIMIT, cursor } = request;
  const said = Object.fromEntries(
    Object.entries(request.filter).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
  if (cursor === undefined) return { limit, filter: said, position: null };
  const { filter, position } = cursors.open(list, cursor);
  if (Object.entries(said).some(([name, value]) => filter[name] !== value)) {
    throw new ProblemError('invalid-cursor', { detail: 'The cursor is of other filters.' });
  }
  return { limit, filter, position };
}

/**
 * The cursor of the next page, also told as a `Link` (RFC 8288); null on the last page.
 *
 * @param path of the list, without a query
 */
export function offerNextPage(
  reply: FastifyReply,
  cursors: Cursors,
  next: {
    readonly list: string;
    readonly path: string;
    readonly page: AskedPage;
    readonly position: readonly string[] | null;
  },
): string | null {
  const { list, path, page, position } = next;
  if (position === null) return null;
  const cursor = cursors.seal(list, { filter: page.filter, position });
  const query = new URLSearchParams({ limit: String(page.limit), cursor });
  reply.header('link', `<${path}?${query.toString()}>; rel="next"`);
  return cursor;
}
