import { fastify } from 'fastify';
import type pg from 'pg';
import { type OrderBody, orderBodySchema } from '../order-body.ts';
import { type AddJob, placeOrder } from './place-order.ts';

/** `POST /orders` on Fastify and `pg`, with the job in the order's transaction. */
export async function startApi(pool: pg.Pool, addJob: AddJob, port: number): Promise<void> {
  const app = fastify();
  app.get('/health', () => ({ ok: true }));
  app.post<{ Body: OrderBody; Headers: { 'idempotency-key'?: string } }>(
    '/orders',
    { schema: { body: orderBodySchema } },
    async (request, reply) => {
      const key = request.headers['idempotency-key'] ?? request.id;
      const order = await placeOrder(pool, addJob, request.body, key);
      if (order === null) return reply.code(422).send({ error: 'unknown SKU' });
      return reply.code(201).header('location', `/orders/${order.id}`).send(order);
    },
  );
  await app.listen({ host: '127.0.0.1', port });
}
