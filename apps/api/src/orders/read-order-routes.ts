import { orderSchema, orderStatusViewSchema } from '@orders/domain/contracts/order';
import type { FastifyInstance } from 'fastify';
import { answerUnlessKnown } from '../http/answer-unless-known.ts';
import { describeRead } from './describe-read.ts';
import { ORDER_EXAMPLE, STATUS_EXAMPLE } from './examples.ts';
import { type OneOrder, readOwnOrder } from './read-own-order.ts';

/** `GET /orders/:id`, and only where it stands */
export async function readOrderRoutes(app: FastifyInstance): Promise<void> {
  app.get<OneOrder>(
    '/orders/:id',
    { schema: describeRead('getOrder', 'An order', orderSchema, ORDER_EXAMPLE) },
    async (request, reply) => {
      const order = await readOwnOrder(app, request);
      return answerUnlessKnown(request, reply, order.version, order);
    },
  );

  app.get<OneOrder>(
    '/orders/:id/status',
    {
      schema: describeRead(
        'getOrderStatus',
        'Where an order stands',
        orderStatusViewSchema,
        STATUS_EXAMPLE,
      ),
    },
    async (request, reply) => {
      const { id, status, reason, version, updatedAt } = await readOwnOrder(app, request);
      return answerUnlessKnown(request, reply, version, { id, status, reason, version, updatedAt });
    },
  );
}
