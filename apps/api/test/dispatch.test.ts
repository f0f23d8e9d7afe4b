import { createLogger } from '@orders/service/logger';
import { startTestRedis } from '@orders/local-services/start-test-redis';
import type { Redis } from '@orders/local-services/start-redis';
import { waitUntil } from '@orders/local-services/wait-until';
import type { Producer } from '@orders/queue/producer';
import { type QueueState, startQueueState } from '@orders/queue/queue-state';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build, type TestApi } from './build.ts';
import { type CatalogueDatabase, KEYBOARD, startCatalogueDatabase } from './catalogue.ts';

let catalogue: CatalogueDatabase;
let redis: Redis;
let queue: QueueState;
let api: TestApi;

beforeAll(async () => {
  [catalogue, redis] = await Promise.all([
    startCatalogueDatabase(),
    startTestRedis({ restart: { delayMs: 0 } }),
  ]);
  const logger = createLogger({ name: 'test', level: 'silent' });
  queue = startQueueState({ url: redis.url, shards: 1, logger });
  // Longer than any answer may take: whoever waited for Redis would be found out.
  const ENQUEUE_DEADLINE_MS = '1500';
  const env = { DATABASE_URL: catalogue.url, REDIS_URL: redis.url, ENQUEUE_DEADLINE_MS };
  api = await build({ env });
  await connected();
});

afterAll(async () => {
  await api?.close();
  await queue?.close();
  await redis?.close();
  await catalogue?.close();
});

let quantity = 0;
const basket = () => ({ items: [{ sku: KEYBOARD, quantity: (quantity += 1) }] });

const connected = () =>
  waitUntil(() => api.app.getDecorator<Producer>('producer').isConnected(), {
    what: 'the producer',
    timeoutMs: 5_000,
  });

const jobOf = (orderId: string) => queue.findJob({ orderId, dispatch: 1 });

/** Places an order and says how long that took. */
async function place() {
  const startedAt = performance.now();
  const { status, body } = await api.place(basket());
  return { status, id: String(body['id']), ms: performance.now() - startedAt };
}

/** Seconds until a sweeper looks at the order; negative once it is due. */
async function secondsUntilCheck(id: string): Promise<number> {
  const rows = await catalogue.database.prisma.$queryRaw<{ seconds: number }[]>`
    SELECT extract(epoch FROM next_check_at - now())::float8 AS seconds FROM orders WHERE id = ${id}::uuid`;
  return rows[0]?.seconds ?? Number.NaN;
}

test('a placed order is in the queue soon after the answer', async () => {
  const { status, id } = await place();
  expect(status).toBe(201);
  await expect.poll(() => jobOf(id)).toMatchObject({ state: 'waiting' });
  expect(await secondsUntilCheck(id)).toBeGreaterThan(10);
});

test('a replay and a refusal put nothing into the queue', async () => {
  const body = basket();
  const first = await api.place(body, { 'idempotency-key': 'k' });
  await expect.poll(() => jobOf(String(first.body['id']))).not.toBeNull();
  const before = await queue.counts();
  await api.place(body, { 'idempotency-key': 'k' });
  await api.place(body);
  const { id } = await place();
  await expect.poll(() => jobOf(id)).not.toBeNull();
  const after = await queue.counts();
  expect((after[0]?.waiting ?? 0) - (before[0]?.waiting ?? 0)).toBe(1);
});

describe('while Redis', { concurrent: false }, () => {
  test('hangs, orders are accepted as ever and become due at once', async () => {
    redis.process.signal('SIGSTOP');
    try {
      const placed = await Promise.all(Array.from({ length: 20 }, place));
      expect(placed.map(({ status }) => status)).toEqual(placed.map(() => 201));
      expect(Math.max(...placed.map(({ ms }) => ms))).toBeLessThan(1_000);
      for (const { id } of placed) {
        await expect.poll(() => secondsUntilCheck(id), { timeout: 5_000 }).toBeLessThanOrEqual(0);
      }
      // It is left alone now: no later order waits for its deadline, or keeps a pipeline in memory.
      const later = await place();
      await expect.poll(() => secondsUntilCheck(later.id), { timeout: 200 }).toBeLessThanOrEqual(0);
    } finally {
      redis.process.signal('SIGCONT');
    }
  });

  test('answers again, new orders are enqueued again', async () => {
    await expect
      .poll(async () => jobOf((await place()).id), { timeout: 10_000, interval: 200 })
      .not.toBeNull();
  });

  test('is gone, orders are accepted as ever and become due at once', async () => {
    redis.process.kill();
    const placed = await Promise.all(Array.from({ length: 20 }, place));
    expect(placed.map(({ status }) => status)).toEqual(placed.map(() => 201));
    expect(Math.max(...placed.map(({ ms }) => ms))).toBeLessThan(1_000);
    await connected();
    for (const { id } of placed) {
      // Some may have been enqueued before the end, or after the restart.
      await expect
        .poll(async () => (await secondsUntilCheck(id)) <= 0 || (await jobOf(id)) !== null)
        .toBe(true);
    }
  });
});

test('one line tells that Redis is away, not one per order', () => {
  const lines = api.log.filter(({ msg }) => msg === 'New orders are left to the sweeper.');
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.length).toBeLessThan(6);
});
