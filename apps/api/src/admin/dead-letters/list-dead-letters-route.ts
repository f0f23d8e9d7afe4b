import { listDeadLetters } from '@orders/database/dead-letters/read-dead-letters';
import {
  deadLetterFilterSchema,
  deadLetterSchema,
  deadLetterStateSchema,
} from '@orders/domain/contracts/dead-letter';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { answerInTime } from '../../answer-in-time.ts';
import { offerNextPage, PAGE_QUERY, readPage } from '../../http/list-page.ts';
import { HEADERS } from '../../openapi/described-response.ts';
import { describeOperation } from '../describe-operation.ts';
import { DEAD_LETTER_EXAMPLE } from './examples.ts';
import { toFilter } from './to-filter.ts';

const filterSchema = deadLetterFilterSchema.extend({ state: deadLetterStateSchema.optional() });
const querySchema = filterSchema.extend(PAGE_QUERY);
type Query = z.output<typeof querySchema>;

const LIST = 'dead-letters';
const PATH = '/admin/dead-letters';

const schema = describeOperation({
  operationId: 'listDeadLetters',
  summary: 'Dead letters, newest first',
  querystring: querySchema,
  answer: z.object({ data: z.array(deadLetterSchema), nextCursor: z.string().nullable() }),
  example: { data: [DEAD_LETTER_EXAMPLE], nextCursor: null },
  answerHeaders: { Link: HEADERS.link },
  problems: ['invalid-cursor'],
});

/** `GET /admin/dead-letters` */
export async function listDeadLettersRoute(app: FastifyInstance): Promise<void> {
  app.get<{ Querystring: Query }>(PATH, { schema }, async (request, reply) => {
    const { limit, cursor, ...filter } = request.query;
    const page = readPage(app.cursors, { list: LIST, limit, cursor, filter });
    const [openedAt, id] = page.position ?? [];
    const after =
      openedAt === undefined || id === undefined ? null : { openedAt: new Date(openedAt), id };
    const { state, ...rest } = filterSchema.parse(page.filter);
    const found = await answerInTime(
      // One more than is shown tells whether there is a next page.
      listDeadLetters(app.database, { ...toFilter(rest), state }, page.limit + 1, after),
    );
    const data = found.slice(0, page.limit);
    const last = found.length > page.limit ? data.at(-1) : undefined;
    const position = last === undefined ? null : [last.openedAt, last.id];
    const nextCursor = offerNextPage(reply, app.cursors, {
      list: LIST,
      path: PATH,
      page,
      position,
    });
    return { data, nextCursor };
  });
}
