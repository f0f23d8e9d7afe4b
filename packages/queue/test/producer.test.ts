import { startTestRedis } from '@orders/local-services/start-test-redis';
import { jobId, shardOf } from '@orders/queue/job-identity';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { EMPTY, job, produce, rawQueue, statesOf, useRedis } from './start-queue.ts';

const deadlineMs = 300;

async function timed<T>(work: Promise<T>): Promise<{ value: T; ms: number }> {
  const startedAt = performance.now();
  return { value: await work, ms: performance.now() - startedAt };
}

describe('with Redis there', () => {
  const redis = useRedis();

  test('a job holds ids only, and adding it again changes nothing', async () => {
    await redis.cli.flushall();
    const producer = produce(redis.server.url);
    const one = job();
    expect(await producer.enqueue([one, one], { deadlineMs: 2_000 })).toEqual({ kind: 'enqueued' });
    expect(
      await producer.enqueue([one, { ...one, delayMs: 60_000 }], { deadlineMs: 2_000 }),
    ).toEqual({ kind: 'enqueued' });
    const queue = rawQueue(redis.cli);
    expect(await statesOf(queue)).toEqual({ ...EMPTY, wait: 1 });
    expect((await queue.getJob(jobId(one.orderId, one.dispatch)))?.data).toEqual({ v: 1, ...one });
    await producer.enqueue([{ ...one, dispatch: 2 }], { deadlineMs: 2_000 });
    expect(await statesOf(queue)).toEqual({ ...EMPTY, wait: 2 });
  });

  test('a delayed job waits for its time', async () => {
    await redis.cli.flushall();
    const producer = produce(redis.server.url);
    await producer.enqueue(
      [
        { ...job(), delayMs: 60_000 },
        { ...job(), delayMs: 0 },
      ],
      { deadlineMs: 2_000 },
    );
    expect(await statesOf(rawQueue(redis.cli))).toEqual({ ...EMPTY, wait: 1, delayed: 1 });
  });

  test('each order goes to its own shard, and thousands of jobs go in one call', async () => {
    await redis.cli.flushall();
    const producer = produce(redis.server.url, 3);
    const jobs = Array.from({ length: 2_500 }, () => job());
    expect(await producer.enqueue(jobs, { deadlineMs: 5_000 })).toEqual({ kind: 'enqueued' });
    for (const shard of [0, 1, 2]) {
      const expected = jobs.filter(({ orderId }) => shardOf(orderId, 3) === shard).length;
      expect(expected).toBeGreaterThan(500);
      expect(await statesOf(rawQueue(redis.cli, shard))).toEqual({ ...EMPTY, wait: expected });
    }
  });

  test('nothing to add needs no Redis; a Redis out of memory is a failure, not an exception', async () => {
    await redis.cli.flushall();
    const producer = produce(redis.server.url);
    expect(await producer.enqueue([], { deadlineMs: 1 })).toEqual({ kind: 'enqueued' });
    await redis.cli.config('SET', 'maxmemory', '1');
    onTestFinished(async () => {
      await redis.cli.config('SET', 'maxmemory', '0');
    });
    expect(await producer.enqueue([job()], { deadlineMs: 2_000 })).toMatchObject({
      kind: 'failed',
      error: { message: expect.stringContaining('OOM') },
    });
  });

  test('after close it fails, and does not throw', async () => {
    const producer = produce(redis.server.url);
    await producer.enqueue([job()], { deadlineMs: 2_000 });
    await producer.close();
    expect(await producer.enqueue([job()], { deadlineMs })).toMatchObject({ kind: 'failed' });
  });
});

describe('without Redis', () => {
  test(
    'down at start: every call fails within the deadline, and works once Redis is there',
    { timeout: 20_000 },
    async () => {
      const first = await startTestRedis();
      const { port } = first;
      await first.close();
      const producer = produce(`redis://127.0.0.1:${port}`);
      const ready = vi.fn<() => void>();
      producer.onReady(ready);
      for (let i = 0; i < 3; i += 1) {
        const { value, ms } = await timed(producer.enqueue([job()], { deadlineMs }));
        expect(value.kind).toBe('failed');
        expect(ms).toBeLessThan(deadlineMs + 100);
      }
      expect(producer.isConnected()).toBe(false);
      expect(ready).not.toHaveBeenCalled();
      const redis = await startTestRedis({ port });
      onTestFinished(() => redis.close());
      await vi.waitFor(() => {
        expect(ready).toHaveBeenCalledOnce();
      }, 3_000);
      expect(await producer.enqueue([job()], { deadlineMs })).toEqual({ kind: 'enqueued' });
    },
  );

  test(
    'killed and restarted: calls fail at once meanwhile and work within 3 s after',
    { timeout: 20_000 },
    async () => {
      const redis = await startTestRedis({ restart: { delayMs: 2_000 } });
      onTestFinished(() => redis.close());
      const producer = produce(redis.url);
      expect(await producer.enqueue([job()], { deadlineMs: 2_000 })).toEqual({ kind: 'enqueued' });
      redis.process.kill();
      await vi.waitFor(() => {
        expect(producer.isConnected()).toBe(false);
      });
      const { value, ms } = await timed(producer.enqueue([job()], { deadlineMs }));
      expect(value.kind).toBe('failed');
      expect(ms).toBeLessThan(50);
      await vi.waitFor(() => {
        expect(redis.process.restarts).toBe(1);
      }, 10_000);
      await redis.process.ready;
      const backAt = performance.now();
      await vi.waitFor(async () => {
        expect((await producer.enqueue([job()], { deadlineMs })).kind).toBe('enqueued');
      }, 5_000);
      expect(performance.now() - backAt).toBeLessThan(3_000);
    },
  );

  test(
    'stopped with its sockets open: the deadline holds, later calls fail at once, and it recovers',
    { timeout: 30_000 },
    async () => {
      const redis = await startTestRedis();
      onTestFinished(() => redis.close());
      const producer = produce(redis.url);
      const one = job();
      await producer.enqueue([one], { deadlineMs: 2_000 });
      redis.process.signal('SIGSTOP');
      const calls = await Promise.all(
        Array.from({ length: 20 }, () => timed(producer.enqueue([one, job()], { deadlineMs }))),
      );
      for (const { value, ms } of calls) {
        expect(value.kind).toBe('failed');
        expect(ms).toBeLessThan(deadlineMs + 150);
      }
      await vi.waitFor(() => {
        expect(producer.isConnected()).toBe(false);
      }, 5_000);
      expect((await timed(producer.enqueue([job()], { deadlineMs }))).ms).toBeLessThan(50);
      redis.process.signal('SIGCONT');
      const backAt = performance.now();
      await vi.waitFor(async () => {
        expect((await producer.enqueue([one], { deadlineMs })).kind).toBe('enqueued');
      }, 5_000);
      expect(performance.now() - backAt).toBeLessThan(3_000);
    },
  );
});
