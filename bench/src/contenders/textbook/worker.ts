import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { createCharge } from '../charge.ts';
import { readEnvironment } from '../environment.ts';
import { createPrisma } from './create-prisma.ts';
import { fulfilOrder } from './fulfil-order.ts';
import { QUEUE } from './queue.ts';

const CONCURRENCY = 20;

const { databaseUrl, redisUrl, providerUrl } = readEnvironment();
const prisma = createPrisma(databaseUrl, CONCURRENCY);
const charge = createCharge(providerUrl, CONCURRENCY);

const worker = new Worker<{ orderId: string }>(
  QUEUE,
  (job) => fulfilOrder(prisma, charge, job.data.orderId),
  { connection: new Redis(redisUrl, { maxRetriesPerRequest: null }), concurrency: CONCURRENCY },
);
worker.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
});
worker.on('failed', (_job, error) => {
  process.stderr.write(`${error.message}\n`);
});
