import { readStock } from '@orders/database/inventory/read-stock';
import { stockDetailsSchema } from '@orders/domain/contracts/inventory';
import type { FastifyInstance } from 'fastify';
import { answerInTime } from '../../answer-in-time.ts';
import { ProblemError } from '../../problems/problem-error.ts';
import { describeOperation, type OneBySku, SKU_PARAMS } from '../describe-operation.ts';
import { STOCK_DETAILS_EXAMPLE } from './examples.ts';

const schema = describeOperation({
  operationId: 'getStock',
  summary: 'The stock of a SKU, its last movements, and who waits for it',
  params: SKU_PARAMS,
  answer: stockDetailsSchema,
  example: STOCK_DETAILS_EXAMPLE,
  problems: ['not-found'],
});

/** `GET /admin/inventory/:sku` */
export async function showStockRoute(app: FastifyInstance): Promise<void> {
  app.get<OneBySku>('/admin/inventory/:sku', { schema }, async (request) => {
    const stock = await answerInTime(readStock(app.database, request.params.sku));
    if (stock === null) throw new ProblemError('not-found');
    return stock;
  });
}
