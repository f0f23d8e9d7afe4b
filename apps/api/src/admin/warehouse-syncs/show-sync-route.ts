import { readWarehouseSync } from '@orders/database/warehouse/read-warehouse-sync';
import { warehouseSyncDetailsSchema } from '@orders/domain/contracts/warehouse-sync';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { answerInTime } from '../../answer-in-time.ts';
import { offerNextPage, PAGE_QUERY, readPage } from '../../http/list-page.ts';
import { HEADERS } from '../../openapi/described-response.ts';
import { ProblemError } from '../../problems/problem-error.ts';
import { describeOperation, ID_PARAMS, type OneById } from '../describe-operation.ts';
import { SYNC_EXAMPLE, SYNC_ROW_EXAMPLE } from './examples.ts';

const querySchema = z.strictObject(PAGE_QUERY);
const LIST = 'warehouse-sync-rows';

const schema = describeOperation({
  operationId: 'getWarehouseSync',
  summary: 'A run of the warehouse sync with what it did, row by row',
  params: ID_PARAMS,
  querystring: querySchema,
  answer: warehouseSyncDetailsSchema,
  example: { ...SYNC_EXAMPLE, rows: [SYNC_ROW_EXAMPLE], nextCursor: null },
  answerHeaders: { Link: HEADERS.link },
  problems: ['not-found', 'invalid-cursor'],
});

type Route = OneById & { Querystring: z.output<typeof querySchema> };

/** `GET /admin/warehouse-syncs/:id` */
export async function showSyncRoute(app: FastifyInstance): Promise<void> {
  app.get<Route>('/admin/warehouse-syncs/:id', { schema }, async (request, reply) => {
    const id = request.params.id.toLowerCase();
    const page = readPage(app.cursors, { list: LIST, ...request.query, filter: { id } });
    const afterRow = Number(page.position?.[0] ?? 0);
    const sync = await answerInTime(readWarehouseSync(app.database, id, page.limit + 1, afterRow));
    if (sync === null) throw new ProblemError('not-found');
    const rows = sync.rows.slice(0, page.limit);
    const last = sync.rows.length > page.limit ? rows.at(-1) : undefined;
    const position = last === undefined ? null : [String(last.n)];
    const next = { list: LIST, path: `/admin/warehouse-syncs/${id}`, page, position };
    return { ...sync, rows, nextCursor: offerNextPage(reply, app.cursors, next) };
  });
}
