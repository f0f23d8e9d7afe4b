import { listStock } from '@orders/database/inventory/list-stock';
import { stockSchema } from '@orders/domain/contracts/inventory';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { answerInTime } from '../../answer-in-time.ts';
import { offerNextPage, PAGE_QUERY, readPage } from '../../http/list-page.ts';
import { HEADERS } from '../../openapi/described-response.ts';
import { describeOperation } from '../describe-operation.ts';
import { STOCK_EXAMPLE } from './examples.ts';

const querySchema = z.strictObject({
  short: z.enum(['true', 'false']).optional().meta({
    description: '`true`: only SKUs of which more is promised than is there',
  }),
  ...PAGE_QUERY,
});

const LIST = 'inventory';
const PATH = '/admin/inventory';

const schema = describeOperation({
  operationId: 'listStock',
  summary: 'The stock, by SKU',
  querystring: querySchema,
  answer: z.object({ data: z.array(stockSchema), nextCursor: z.string().nullable() }),
  example: { data: [STOCK_EXAMPLE], nextCursor: null },
  answerHeaders: { Link: HEADERS.link },
  problems: ['invalid-cursor'],
});

/** `GET /admin/inventory` */
export async function listStockRoute(app: FastifyInstance): Promise<void> {
  app.get<{ Querystring: z.output<typeof querySchema> }>(
    PATH,
    { schema },
    async (request, reply) => {
      const { limit, cursor, ...filter } = request.query;
      const page = readPage(app.cursors, { list: LIST, limit, cursor, filter });
      const found = await answerInTime(
        listStock(app.database, page.limit + 1, {
          afterSku: page.position?.[0] ?? '',
          onlyShort: page.filter['short'] === 'true',
        }),
      );
      const data = found.slice(0, page.limit);
      const last = found.length > page.limit ? data.at(-1) : undefined;
      const position = last === undefined ? null : [last.sku];
      const next = { list: LIST, path: PATH, page, position };
      return { data, nextCursor: offerNextPage(reply, app.cursors, next) };
    },
  );
}
