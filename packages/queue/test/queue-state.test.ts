import { startTestRedis } from '@orders/local-services/start-test-redis';
import { startQueueState } from '@orders/queue/queue-state';
import { expect, onTestFinished, test, vi } from 'vitest';
import { consume, job, logger, produce, useRedis } from './start-queue.ts';

const redis = useRedis();
const waitUntil = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 10_000, interval: 20 });

function look(url: string, shards = 1) {
  const state = startQueueState({ url, shards, logger });
  onTestFinished(() => state.close());
  return state;
}

test('counts what waits, is delayed and active in each shard, with the age of the next in line', async () => {
  await redis.cli.flushall();
  const state = look(redis.server.url, 2);
  await produce(redis.server.url, 2).enqueue(
    Array.from({ length: 40 }, (_, i) => (i < 10 ? { ...job(), delayMs: 60_000 } : job())),
    { deadlineMs: 2_000 },
  );
  await waitUntil(async () => {
    const counts = await state.counts();
    expect(
      counts.map(({ name, shard, paused, active }) => ({ name, shard, paused, active })),
    ).toEqual([
      { name: 'orders-0', shard: 0, paused: false, active: 0 },
      { name: 'orders-1', shard: 1, paused: false, active: 0 },
    ]);
    expect(counts.reduce((sum, { waiting }) => sum + waiting, 0)).toBe(30);
    expect(counts.reduce((sum, { delayed }) => sum + delayed, 0)).toBe(10);
    for (const { oldestWaitingMs } of counts) expect(oldestWaitingMs).toBeGreaterThan(50);
  });
});

test('a paused queue hands out nothing until it is resumed, and says so', async () => {
  await redis.cli.flushall();
  const state = look(redis.server.url);
  expect(await state.pause('orders-0')).toBe(true);
  expect(await state.pause('orders-9')).toBe(false);
  expect(await state.isPaused()).toBe(true);
  const seen: string[] = [];
  consume(redis.server.url, async ({ orderId }) => {
    seen.push(orderId);
    return { kind: 'done' };
  });
  const one = job();
  await produce(redis.server.url).enqueue([one], { deadlineMs: 2_000 });
  expect(await state.counts()).toMatchObject([{ waiting: 1, active: 0, paused: true }]);
  expect(seen).toEqual([]);
  expect(await state.resume('orders-0')).toBe(true);
  await waitUntil(() => {
    expect(seen).toEqual([one.orderId]);
  });
  expect(await state.isPaused()).toBe(false);
});

test('finds the job of an order with its state, its returns and their reason', async () => {
  await redis.cli.flushall();
  const state = look(redis.server.url, 3);
  const one = job(7);
  expect(await state.findJob(one)).toBeNull();
  await produce(redis.server.url, 3).enqueue([one], { deadlineMs: 2_000 });
  expect(await state.findJob(one)).toMatchObject({
    jobId: `order-${one.orderId}-7`,
    state: 'waiting',
    attemptsStarted: 0,
    dueAt: null,
    lastReason: null,
    worker: null,
  });
  consume(
    redis.server.url,
    async () => ({ kind: 'retry', delayMs: 60_000, reason: 'the provider is away' }),
    { shards: 3 },
  );
  await waitUntil(async () => {
    const found = await state.findJob(one);
    expect(found).toMatchObject({
      state: 'delayed',
      attemptsStarted: 1,
      returns: 1,
      stalls: 0,
      lastReason: 'the provider is away',
      worker: expect.stringContaining('-'),
    });
    expect(Math.abs((found?.dueAt ?? 0) - Date.now() - 60_000)).toBeLessThan(5_000);
  });
  expect(await state.findJob({ ...one, dispatch: 8 })).toBeNull();
});

test(
  'without Redis every question is refused in time, and answered when it is back',
  { timeout: 30_000 },
  async () => {
    const own = await startTestRedis({ restart: { delayMs: 1_000 } });
    onTestFinished(() => own.close());
    const state = look(own.url);
    await waitUntil(() => state.ping());
    own.process.signal('SIGSTOP');
    const startedAt = performance.now();
    const answers = await Promise.allSettled([
      state.counts(),
      state.isPaused(),
      state.findJob(job()),
      state.ping(),
      state.pause('orders-0'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(
      Array.from({ length: 5 }, () => 'rejected'),
    );
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    own.process.kill();
    await expect(state.counts()).rejects.toThrow();
    await waitUntil(async () => {
      expect(await state.counts()).toHaveLength(1);
    });
  },
);
