import { Queue } from 'bullmq';
import { fastify } from 'fastify';
import { Redis } from 'ioredis';
import { readEnvironment } from '../environment.ts';
import { type OrderBody, orderBodySchema } from '../order-body.ts';
import { createPrisma } from './create-prisma.ts';
import { placeOrder } from './place-order.ts';
import { JOB_OPTIONS, QUEUE } from './queue.ts';

const { databaseUrl, redisUrl, port } = readEnvironment();
const prisma = createPrisma(databaseUrl, 20);
const queue = new Queue(QUEUE, { connection: new Redis(redisUrl), defaultJobOptions: JOB_OPTIONS });
const app = fastify();

app.get('/health', () => ({ ok: true }));

app.post<{ Body: OrderBody; Headers: { 'idempotency-key'?: string } }>(
  '/orders',
  { schema: { body: orderBodySchema } },
  async (request, reply) => {
    const key = request.headers['idempotency-key'] ?? request.id;
    const order = await placeOrder(prisma, request.body, key);
    if (order === null) return reply.code(422).send({ error: 'unknown SKU' });
    await queue.add('fulfil', { orderId: order.id });
    return reply.code(201).header('location', `/orders/${order.id}`).send(order);
  },
);

await app.listen({ host: '127.0.0.1', port });
