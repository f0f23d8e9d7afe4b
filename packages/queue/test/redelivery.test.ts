import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Delivery, Outcome } from '@orders/queue/delivery';
import { expect, test, vi } from 'vitest';
import { consume, EMPTY, job, produce, rawQueue, statesOf, useRedis } from './start-queue.ts';

const redis = useRedis();
const done: Outcome = { kind: 'done' };
const waitUntil = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 15_000, interval: 20 });

/** A worker process that is killed by the first job it takes; tells how that job was delivered. */
async function workerThatDies(): Promise<
  Pick<Delivery, 'redelivered' | 'attemptsStarted' | 'returns'>
> {
  const program = `
    import { writeSync } from 'node:fs';
    import { startConsumer } from '@orders/queue/consumer';
    import { pino } from 'pino';
    startConsumer({
      url: ${JSON.stringify(redis.server.url)}, shards: 1, concurrency: 1, lockDurationMs: 1000, stalledIntervalMs: 300,
      logger: pino({ level: 'silent' }),
      handle: async ({ redelivered, attemptsStarted, returns }) => {
        writeSync(1, JSON.stringify({ redelivered, attemptsStarted, returns }));
        process.kill(process.pid, 'SIGKILL');
      },
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  const [, signal] = await once(child, 'close');
  expect(signal).toBe('SIGKILL');
  return JSON.parse(output);
}

test(
  'the job of a killed worker is delivered again as redelivered, and again, and is never dropped for it',
  { timeout: 40_000 },
  async () => {
    await redis.cli.flushall();
    await produce(redis.server.url).enqueue([job()], { deadlineMs: 2_000 });
    expect(await workerThatDies()).toEqual({ redelivered: false, attemptsStarted: 1, returns: 0 });
    expect(await workerThatDies()).toEqual({ redelivered: true, attemptsStarted: 2, returns: 0 });
    // BullMQ's own limit of stalls, 1, would have failed it by now without calling anybody.
    const deliveries: Delivery[] = [];
    const stalled = vi.fn<(jobId: string) => void>();
    consume(
      redis.server.url,
      async (delivery) => {
        deliveries.push(delivery);
        return done;
      },
      { onStalled: stalled },
    );
    await waitUntil(() => {
      expect(deliveries).toEqual([
        expect.objectContaining({ redelivered: true, attemptsStarted: 3 }),
      ]);
    });
    expect(stalled).toHaveBeenCalledWith(deliveries[0]?.jobId);
    await waitUntil(async () => {
      expect(await statesOf(rawQueue(redis.cli))).toEqual(EMPTY);
    });
  },
);

test(
  'a job that was redelivered once and then returned is not redelivered, until its worker dies again',
  { timeout: 40_000 },
  async () => {
    await redis.cli.flushall();
    await produce(redis.server.url).enqueue([job()], { deadlineMs: 2_000 });
    await workerThatDies();

    const seen: boolean[] = [];
    const returning = consume(redis.server.url, async ({ redelivered }) => {
      seen.push(redelivered);
      return { kind: 'retry', delayMs: seen.length === 1 ? 0 : 1_500 };
    });
    await waitUntil(() => {
      expect(seen).toEqual([true, false]);
    });
    await returning.close(2_000);

    expect(await workerThatDies()).toMatchObject({ redelivered: false, returns: 2 });
    consume(redis.server.url, async ({ redelivered }) => {
      seen.push(redelivered);
      return done;
    });
    await waitUntil(() => {
      expect(seen).toEqual([true, false, true]);
    });
  },
);

test(
  'a redelivered job that was not begun comes again at once, and is still redelivered',
  { timeout: 40_000 },
  async () => {
    await redis.cli.flushall();
    await produce(redis.server.url).enqueue([job()], { deadlineMs: 2_000 });
    await workerThatDies();
    const seen: boolean[] = [];
    consume(redis.server.url, async ({ redelivered }) => {
      seen.push(redelivered);
      if (seen.length < 3) return { kind: 'not-begun' };
      return seen.length === 3 ? { kind: 'retry', delayMs: 0 } : done;
    });
    await waitUntil(() => {
      expect(seen).toEqual([true, true, true, false]);
    });
  },
);

test(
  'beyond its limit of stalls the queue drops a job unseen, and adding it again starts it anew',
  { timeout: 40_000 },
  async () => {
    await redis.cli.flushall();
    const one = job();
    const producer = produce(redis.server.url);
    await producer.enqueue([one], { deadlineMs: 2_000 });
    await workerThatDies();
    const deliveries: Delivery[] = [];
    consume(
      redis.server.url,
      async (delivery) => {
        deliveries.push(delivery);
        return done;
      },
      { maxStalledCount: 0 },
    );
    await waitUntil(async () => {
      expect(await statesOf(rawQueue(redis.cli))).toEqual(EMPTY);
    });
    expect(deliveries).toEqual([]);
    await producer.enqueue([one], { deadlineMs: 2_000 });
    await waitUntil(() => {
      expect(deliveries).toEqual([
        expect.objectContaining({ redelivered: false, attemptsStarted: 1 }),
      ]);
    });
  },
);
