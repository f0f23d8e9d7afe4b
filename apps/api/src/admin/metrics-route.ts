import { readOrderMetrics } from '@orders/database/counters/read-order-metrics';
import { type OrderMetricsView, orderMetricsSchema } from '@orders/domain/contracts/order-metrics';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { answerInTime } from '../answer-in-time.ts';
import { BEARER } from '../openapi/document.ts';
import { problemResponses } from '../openapi/problem-responses.ts';

const schema = {
  operationId: 'getMetrics',
  summary: 'Numbers over all orders',
  description: 'Exact, and as fast with millions of orders as with none.',
  tags: ['operating'],
  security: BEARER,
  querystring: z.strictObject({}),
  response: {
    200: {
      description: 'As of one moment',
      content: { 'application/json': { schema: orderMetricsSchema } },
    },
    ...problemResponses('unauthorized', 'forbidden'),
  },
};

/** `GET /metrics` */
export async function metricsRoute(app: FastifyInstance): Promise<void> {
  app.get('/metrics', { schema }, async (): Promise<OrderMetricsView> => {
    const metrics = await answerInTime(readOrderMetrics(app.database));
    const { pending, backordered, reserved, cancelling, completed } = metrics.orderCounts;
    return {
      totalOrders: metrics.totalOrders,
      processedCount: completed,
      averageProcessingTime: metrics.averageProcessingTime,
      orderCounts: metrics.orderCounts,
      orderCountsCoarse: {
        Pending: pending + backordered,
        Processing: reserved + cancelling,
        Completed: completed,
      },
    };
  });
}
