import { listWarehouseSyncs } from '@orders/database/warehouse/list-warehouse-syncs';
import { warehouseSyncSchema } from '@orders/domain/contracts/warehouse-sync';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { answerInTime } from '../../answer-in-time.ts';
import { offerNextPage, PAGE_QUERY, readPage } from '../../http/list-page.ts';
import { HEADERS } from '../../openapi/described-response.ts';
import { describeOperation } from '../describe-operation.ts';
import { SYNC_EXAMPLE } from './examples.ts';

const querySchema = z.strictObject(PAGE_QUERY);
const LIST = 'warehouse-syncs';
const PATH = '/admin/warehouse-syncs';

const schema = describeOperation({
  operationId: 'listWarehouseSyncs',
  summary: 'Runs of the warehouse sync, newest first',
  querystring: querySchema,
  answer: z.object({ data: z.array(warehouseSyncSchema), nextCursor: z.string().nullable() }),
  example: { data: [SYNC_EXAMPLE], nextCursor: null },
  answerHeaders: { Link: HEADERS.link },
  problems: ['invalid-cursor'],
});

/** `GET /admin/warehouse-syncs` */
export async function listSyncsRoute(app: FastifyInstance): Promise<void> {
  app.get<{ Querystring: z.output<typeof querySchema> }>(
    PATH,
    { schema },
    async (request, reply) => {
      const page = readPage(app.cursors, { list: LIST, ...request.query, filter: {} });
      const [createdAt, id] = page.position ?? [];
      const after =
        createdAt === undefined || id === undefined ? null : { createdAt: new Date(createdAt), id };
      const found = await answerInTime(listWarehouseSyncs(app.database, page.limit + 1, after));
      const data = found.slice(0, page.limit);
      const last = found.length > page.limit ? data.at(-1) : undefined;
      const position = last === undefined ? null : [last.createdAt, last.id];
      const next = { list: LIST, path: PATH, page, position };
      return { data, nextCursor: offerNextPage(reply, app.cursors, next) };
    },
  );
}
