import { startTestRedis } from '@orders/local-services/start-test-redis';
import { expect, onTestFinished, test, vi } from 'vitest';
import { consume, EMPTY, job, produce, rawQueue, statesOf } from './start-queue.ts';
import { Redis } from 'ioredis';

const waitUntil = (check: () => void | Promise<void>, timeout = 15_000) =>
  vi.waitFor(check, { timeout, interval: 20 });
const locks = { lockDurationMs: 10_000, stalledIntervalMs: 1_000 };

async function enqueueSoon(
  producer: ReturnType<typeof produce>,
  one: ReturnType<typeof job>,
): Promise<void> {
  await waitUntil(async () => {
    expect((await producer.enqueue([one], { deadlineMs: 300 })).kind).toBe('enqueued');
  });
}

// Seven seconds: releases of BullMQ before 6.3.3 never took a job again after an outage above six.
test(
  'after an outage of seven seconds jobs are taken again within 3 s, and a completion that met it is recorded',
  { timeout: 60_000 },
  async () => {
    const redis = await startTestRedis({
      appendonly: true,
      settings: { appendfsync: 'always' },
      restart: { delayMs: 7_000 },
    });
    onTestFinished(() => redis.close());
    const producer = produce(redis.url);
    const seen: string[] = [];
    let release = () => {};
    const consumer = consume(
      redis.url,
      async ({ orderId }) => {
        seen.push(orderId);
        if (seen.length === 1)
          await new Promise<void>((resolve) => {
            release = resolve;
          });
        return { kind: 'done' };
      },
      locks,
    );
    const ready = vi.fn<() => void>();
    consumer.onReady(ready);
    const [held, waiting] = [job(), job()];
    await enqueueSoon(producer, held);
    await waitUntil(() => {
      expect(seen).toEqual([held.orderId]);
    });
    redis.process.kill();
    await waitUntil(() => {
      expect(consumer.isConnected()).toBe(false);
    });
    release();
    ready.mockClear();
    await waitUntil(() => {
      expect(redis.process.restarts).toBe(1);
    });
    await redis.process.ready;
    const backAt = performance.now();
    await enqueueSoon(producer, waiting);
    await waitUntil(() => {
      expect(seen).toEqual([held.orderId, waiting.orderId]);
    });
    expect(performance.now() - backAt).toBeLessThan(3_000);
    expect(ready).toHaveBeenCalledTimes(1);

    const cli = new Redis(redis.url);
    onTestFinished(() => {
      cli.disconnect();
    });
    await waitUntil(async () => {
      expect(await statesOf(rawQueue(cli))).toEqual(EMPTY);
    });
    expect(seen).toHaveLength(2);
  },
);

test(
  'Redis stopped with its sockets open: jobs are taken again within 3 s after',
  { timeout: 40_000 },
  async () => {
    const redis = await startTestRedis();
    onTestFinished(() => redis.close());
    const producer = produce(redis.url);
    const seen: string[] = [];
    consume(
      redis.url,
      async ({ orderId }) => {
        seen.push(orderId);
        return { kind: 'done' };
      },
      locks,
    );
    const [before, after] = [job(), job()];
    await enqueueSoon(producer, before);
    await waitUntil(() => {
      expect(seen).toEqual([before.orderId]);
    });
    redis.process.signal('SIGSTOP');
    const until = performance.now() + 6_500;
    await waitUntil(() => {
      expect(performance.now()).toBeGreaterThan(until);
    });
    redis.process.signal('SIGCONT');
    const backAt = performance.now();
    await enqueueSoon(producer, after);
    await waitUntil(() => {
      expect(seen).toEqual([before.orderId, after.orderId]);
    });
    expect(performance.now() - backAt).toBeLessThan(3_000);
  },
);

test('a consumer may start before Redis', { timeout: 40_000 }, async () => {
  const first = await startTestRedis();
  const { port } = first;
  await first.close();
  const seen: string[] = [];
  consume(`redis://127.0.0.1:${port}`, async ({ orderId }) => {
    seen.push(orderId);
    return { kind: 'done' };
  });
  const redis = await startTestRedis({ port });
  onTestFinished(() => redis.close());
  const one = job();
  await enqueueSoon(produce(redis.url), one);
  await waitUntil(() => {
    expect(seen).toEqual([one.orderId]);
  }, 5_000);
});
