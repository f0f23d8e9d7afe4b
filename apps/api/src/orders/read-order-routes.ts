import { readOrderEvents } from '@orders/database/orders/read-order-events';
import { readOrder } from '@orders/database/orders/read-order';
import {
  type Order,
  orderEventSchema,
  orderSchema,
  orderStatusViewSchema,
} from '@orders/domain/contracts/order';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { answerInTime } from '../answer-in-time.ts';
import { mayAccess } from '../authentication/principal.ts';
import { entityTag, matchesNone } from '../http/entity-tag.ts';
import { principalOf } from '../plugins/authentication.ts';
import { ProblemError } from '../problems/problem-error.ts';
import { ORDER_EXAMPLE } from './examples.ts';
import { describeRead } from './describe-read.ts';

interface OneOrder {
  Params: { id: string };
}

const eventListSchema = z.object({ data: z.array(orderEventSchema), nextCursor: z.null() });

/** `GET /orders/:id`, its status and its log */
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
    { schema: describeRead('getOrderStatus', 'Where an order stands', orderStatusViewSchema) },
    async (request, reply) => {
      const { id, status, reason, version, updatedAt } = await readOwnOrder(app, request);
      return answerUnlessKnown(request, reply, version, { id, status, reason, version, updatedAt });
    },
  );

  app.get<OneOrder>(
    '/orders/:id/events',
    { schema: describeRead('listOrderEvents', 'What happened to an order', eventListSchema) },
    async (request, reply) => {
      const { id } = await readOwnOrder(app, request);
      const data = await answerInTime(readOrderEvents(app.database, id));
      return answerUnlessKnown(request, reply, data.at(-1)?.seq ?? 0, { data, nextCursor: null });
    },
  );
}

/** @throws ProblemError `not-found`, equally for what does not exist and what is another's */
async function readOwnOrder(
  app: FastifyInstance,
  request: FastifyRequest<OneOrder>,
): Promise<Order> {
  const order = await answerInTime(readOrder(app.database, request.params.id.toLowerCase()));
  if (order === null || !mayAccess(principalOf(request), order.customerId)) {
    throw new ProblemError('not-found');
  }
  return order;
}

function answerUnlessKnown(
  request: FastifyRequest<OneOrder>,
  reply: FastifyReply,
  version: number,
  body: object,
): FastifyReply {
  const tag = entityTag(version);
  // Kept by the client alone, and asked about each time: no answer is older than his own write.
  reply.header('etag', tag).header('cache-control', 'private, no-cache');
  return matchesNone(request.headers['if-none-match'], tag)
    ? reply.code(304).send()
    : reply.send(body);
}
