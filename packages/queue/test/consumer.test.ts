import { jobId } from '@orders/queue/job-identity';
import type { Delivery, Outcome } from '@orders/queue/delivery';
import { DelayedError, UnrecoverableError } from 'bullmq';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { consume, EMPTY, job, produce, rawQueue, statesOf, useRedis } from './start-queue.ts';

const deadlineMs = 2_000;
const done: Outcome = { kind: 'done' };
const waitUntil = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 10_000, interval: 20 });

/** `throw` for what is no error: other people's code does it. */
function throwAnything(thrown: unknown): void {
  (function* raise(): Generator<void> {})().throw(thrown);
}

describe('startConsumer', () => {
  const redis = useRedis();

  test('delivers what was added, and a job that is done leaves Redis', async () => {
    await redis.cli.flushall();
    const deliveries: Delivery[] = [];
    const consumer = consume(
      redis.server.url,
      async (delivery) => {
        deliveries.push(delivery);
        return done;
      },
      { shards: 2 },
    );
    const startedAt = consumer.lastActivityAt();
    const jobs = Array.from({ length: 50 }, () => job());
    await produce(redis.server.url, 2).enqueue(jobs, { deadlineMs });
    await waitUntil(() => {
      expect(deliveries).toHaveLength(50);
    });
    expect(new Set(deliveries.map(({ orderId }) => orderId))).toEqual(
      new Set(jobs.map(({ orderId }) => orderId)),
    );
    expect(deliveries[0]).toMatchObject({
      dispatch: 1,
      redelivered: false,
      attemptsStarted: 1,
      returns: 0,
    });
    expect(deliveries[0]?.signal.aborted).toBe(false);
    expect(Math.abs(Date.now() - (deliveries[0]?.enqueuedAt ?? 0))).toBeLessThan(10_000);
    for (const shard of [0, 1])
      await waitUntil(async () => {
        expect(await statesOf(rawQueue(redis.cli, shard))).toEqual(EMPTY);
      });
    expect(consumer.activeCount()).toBe(0);
    expect(consumer.lastActivityAt()).toBeGreaterThanOrEqual(startedAt);
    expect(await redis.cli.keys('*:order-*')).toEqual([]);
  });

  test('a job that is returned comes again after its delay, as often as it is returned, and is not redelivered', async () => {
    await redis.cli.flushall();
    const deliveries: Delivery[] = [];
    const times: number[] = [];
    consume(redis.server.url, async (delivery) => {
      deliveries.push(delivery);
      times.push(performance.now());
      if (delivery.returns === 0) return { kind: 'retry', delayMs: 400, reason: 'provider away' };
      // Far beyond every limit that BullMQ knows by default or by advice.
      return delivery.returns < 80
        ? { kind: delivery.returns % 2 === 0 ? 'retry' : 'put-back', delayMs: 0 }
        : done;
    });
    await produce(redis.server.url).enqueue([job()], { deadlineMs });
    await waitUntil(() => {
      expect(deliveries).toHaveLength(81);
    });
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(390);
    expect(deliveries.some(({ redelivered }) => redelivered)).toBe(false);
    expect(deliveries.at(-1)).toMatchObject({ returns: 80, attemptsStarted: 81 });
    await waitUntil(async () => {
      expect(await statesOf(rawQueue(redis.cli))).toEqual(EMPTY);
    });
  });

  test.each([
    ['null', null],
    ['undefined', undefined],
    ['a string', 'just text'],
    ['a number', 42],
    ['an object', { message: { nested: true } }],
    ['a huge error', new Error('x'.repeat(3_000_000))],
    ['an error without a message', Object.assign(new Error(), { message: undefined })],
    ['what BullMQ takes for an instruction', new DelayedError()],
    ['what BullMQ takes for the end', new UnrecoverableError('never again')],
    ['what BullMQ takes for a rate limit', new Error('bullmq:rateLimitExceeded')],
  ])(
    'a handler that throws %s has its job tried again, and nothing stays active',
    async (_name, thrown) => {
      await redis.cli.flushall();
      const queue = rawQueue(redis.cli);
      const one = job();
      let deliveries = 0;
      let release = () => {};
      consume(redis.server.url, async () => {
        deliveries += 1;
        if (deliveries === 1) throwAnything(thrown);
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        return done;
      });
      await produce(redis.server.url).enqueue([one], { deadlineMs });
      await waitUntil(async () => {
        expect(await statesOf(queue)).toEqual({ ...EMPTY, delayed: 1 });
      });
      const found = await queue.getJob(jobId(one.orderId, one.dispatch));
      expect(found?.failedReason?.length).toBeLessThan(600);
      await waitUntil(() => {
        expect(deliveries).toBe(2);
      });
      release();
      await waitUntil(async () => {
        expect(await statesOf(queue)).toEqual(EMPTY);
      });
    },
  );

  test('a job of an unknown version is put back for a newer worker; a malformed one is dropped', async () => {
    await redis.cli.flushall();
    const queue = rawQueue(redis.cli);
    const deliveries: Delivery[] = [];
    consume(redis.server.url, async (delivery) => {
      deliveries.push(delivery);
      return done;
    });
    await queue.add(
      'order',
      { v: 2, order: 'of the future' },
      { jobId: 'order-new-1', attempts: 1_000_000, backoff: { type: 'planned' } },
    );
    await queue.add('order', { v: 1, orderId: 'no-uuid', dispatch: 'x' }, { jobId: 'order-bad-1' });
    await waitUntil(async () => {
      expect(await statesOf(queue)).toEqual({ ...EMPTY, delayed: 1 });
    });
    expect((await queue.getJob('order-new-1'))?.data).toEqual({ v: 2, order: 'of the future' });
    expect(deliveries).toEqual([]);
  });

  test('a handler whose lock was lost is told by its signal', async () => {
    await redis.cli.flushall();
    const aborted: boolean[] = [];
    consume(redis.server.url, async ({ signal, redelivered }) => {
      if (redelivered) return done;
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => {
          resolve();
        });
      });
      aborted.push(signal.aborted);
      return done;
    });
    await produce(redis.server.url).enqueue([job()], { deadlineMs });
    await waitUntil(async () => {
      expect(await redis.cli.keys('*:lock')).toHaveLength(1);
    });
    await redis.cli.del(await redis.cli.keys('*:lock'));
    await waitUntil(() => {
      expect(aborted).toEqual([true]);
    });
    await waitUntil(async () => {
      expect(await statesOf(rawQueue(redis.cli))).toEqual(EMPTY);
    });
  });

  test('jobs vanish with the data of Redis while they run: the worker goes on with the next ones', async () => {
    await redis.cli.flushall();
    const seen: string[] = [];
    const ends: (() => void)[] = [];
    consume(redis.server.url, async ({ orderId }) => {
      seen.push(orderId);
      await new Promise<void>((resolve) => {
        ends.push(resolve);
      });
      return seen.length === 1 ? { kind: 'retry', delayMs: 10 } : done;
    });
    const producer = produce(redis.server.url);
    await producer.enqueue([job()], { deadlineMs });
    await waitUntil(() => {
      expect(seen).toHaveLength(1);
    });
    await redis.cli.flushall();
    ends[0]?.();
    const next = job();
    await producer.enqueue([next], { deadlineMs });
    await waitUntil(() => {
      expect(seen).toEqual([seen[0], next.orderId]);
    });
    ends[1]?.();
    await waitUntil(async () => {
      expect(await statesOf(rawQueue(redis.cli))).toEqual(EMPTY);
    });
  });

  test(
    'a Redis that answers every command with an error is not asked without a break, and work goes on after',
    { timeout: 30_000 },
    async () => {
      await redis.cli.flushall();
      const jobs = Array.from({ length: 20 }, () => job());
      await produce(redis.server.url).enqueue(jobs, { deadlineMs });
      await redis.cli.config('SET', 'maxmemory', '1');
      onTestFinished(async () => {
        await redis.cli.config('SET', 'maxmemory', '0');
      });
      const refused = async () =>
        Number(/errorstat_OOM:count=(\d+)/.exec(await redis.cli.info('errorstats'))?.[1] ?? 0);
      const before = await refused();
      const finished = new Set<string>();
      consume(redis.server.url, async ({ orderId }) => {
        finished.add(orderId);
        return done;
      });
      const until = performance.now() + 3_000;
      await waitUntil(() => {
        expect(performance.now()).toBeGreaterThan(until);
      });
      expect((await refused()) - before).toBeGreaterThan(20);
      expect((await refused()) - before).toBeLessThan(200);
      await redis.cli.config('SET', 'maxmemory', '0');
      await waitUntil(() => {
        expect(finished.size).toBe(20);
      });
      await waitUntil(async () => {
        expect(await statesOf(rawQueue(redis.cli))).toEqual(EMPTY);
      });
    },
  );
});
