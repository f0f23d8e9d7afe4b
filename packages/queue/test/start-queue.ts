import { randomUUID } from 'node:crypto';
import { startTestRedis } from '@orders/local-services/start-test-redis';
import { type Consumer, type ConsumerOptions, startConsumer } from '@orders/queue/consumer';
import { startProducer } from '@orders/queue/producer';
import { keyPrefix, queueName } from '@orders/queue/queue-names';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, onTestFinished } from 'vitest';

export const logger = pino({ level: 'silent' });

export const job = (dispatch = 1) => ({ orderId: randomUUID(), dispatch });

type TestRedis = Awaited<ReturnType<typeof startTestRedis>>;

/** One Redis for the file; each test starts from an empty one by `redis.cli.flushall()`. */
export function useRedis(options: Parameters<typeof startTestRedis>[0] = {}) {
  const used: { server?: TestRedis; cli?: Redis } = {};
  beforeAll(async () => {
    used.server = await startTestRedis(options);
    used.cli = new Redis(used.server.url, { maxRetriesPerRequest: null });
    used.cli.on('error', () => {});
  }, 120_000);
  afterAll(async () => {
    used.cli?.disconnect();
    await used.server?.close();
  });
  return {
    get server(): TestRedis {
      if (used.server === undefined) throw new Error('Redis is not started yet');
      return used.server;
    },
    get cli(): Redis {
      if (used.cli === undefined) throw new Error('Redis is not started yet');
      return used.cli;
    },
  };
}

/** A producer that is closed with the test. */
export function produce(url: string, shards = 1) {
  const producer = startProducer({ url, shards, logger });
  onTestFinished(() => producer.close());
  return producer;
}

/** A consumer that is closed with the test; locks and searches for stalled jobs are short. */
export function consume(
  url: string,
  handle: ConsumerOptions['handle'],
  options: Partial<ConsumerOptions> = {},
): Consumer {
  const consumer = startConsumer({
    url,
    shards: 1,
    concurrency: 10,
    lockDurationMs: 1_000,
    stalledIntervalMs: 300,
    logger,
    handle,
    ...options,
  });
  onTestFinished(async () => {
    await consumer.close(2_000);
  });
  return consumer;
}

/** BullMQ's own view, to look behind the package and to add what it would never add. */
export function rawQueue(connection: Redis, shard = 0): Queue {
  return new Queue(queueName(shard), { connection, prefix: keyPrefix(shard) });
}

/** Everything that is in the queue, whatever its state. */
export async function statesOf(queue: Queue): Promise<Record<string, number>> {
  return queue.getJobCounts('wait', 'active', 'delayed', 'completed', 'failed');
}

export const EMPTY = { wait: 0, active: 0, delayed: 0, completed: 0, failed: 0 };
