import { startTestRedis } from '@orders/local-services/start-test-redis';
import { expect, onTestFinished, test, vi } from 'vitest';
import { consume, EMPTY, job, produce, rawQueue, statesOf, useRedis } from './start-queue.ts';

const redis = useRedis();
const waitUntil = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 10_000, interval: 20 });

/** A consumer whose one handler runs until it is released or aborted. */
async function startHolding(url: string) {
  const state = { begun: 0, ended: 0, aborted: false, release: () => {} };
  const released = new Promise<void>((resolve) => {
    state.release = resolve;
  });
  const consumer = consume(
    url,
    async ({ signal }) => {
      state.begun += 1;
      const aborted = new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => {
          state.aborted = true;
          resolve();
        });
      });
      await Promise.race([released, aborted]);
      state.ended += 1;
      return { kind: 'done' };
    },
    { concurrency: 1 },
  );
  await produce(url).enqueue([job(), job()], { deadlineMs: 2_000 });
  await waitUntil(() => {
    expect(state.begun).toBe(1);
  });
  return { consumer, state };
}

test('close waits for what is under way, records it, and takes nothing more', async () => {
  await redis.cli.flushall();
  const { consumer, state } = await startHolding(redis.server.url);
  const closing = consumer.close(5_000);
  state.release();
  expect(await closing).toEqual({ kind: 'drained' });
  expect(state).toMatchObject({ begun: 1, ended: 1, aborted: false });
  expect(await statesOf(rawQueue(redis.cli))).toEqual({ ...EMPTY, wait: 1 });
});

test('a handler that does not end is aborted in time for the deadline', async () => {
  await redis.cli.flushall();
  const { consumer, state } = await startHolding(redis.server.url);
  const startedAt = performance.now();
  expect(await consumer.close(1_800)).toEqual({ kind: 'drained' });
  expect(state.aborted).toBe(true);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});

test('with Redis down and nothing under way close ends soon', { timeout: 20_000 }, async () => {
  const own = await startTestRedis();
  const { consumer, state } = await startHolding(own.url);
  await own.close();
  const startedAt = performance.now();
  const closing = consumer.close(25_000);
  state.release();
  expect(await closing).toEqual({ kind: 'overdue', active: 0 });
  expect(performance.now() - startedAt).toBeLessThan(4_000);
});

test.each(['down', 'stopped'])(
  'with Redis %s and a handler that never ends close ends within its deadline',
  { timeout: 20_000 },
  async (how) => {
    const own = await startTestRedis();
    onTestFinished(() => own.close());
    let begun = false;
    const consumer = consume(own.url, async () => {
      begun = true;
      return new Promise(() => {});
    });
    await produce(own.url).enqueue([job()], { deadlineMs: 2_000 });
    await waitUntil(() => {
      expect(begun).toBe(true);
    });
    own.process.signal(how === 'down' ? 'SIGKILL' : 'SIGSTOP');
    const startedAt = performance.now();
    expect(await consumer.close(2_000)).toEqual({ kind: 'overdue', active: 1 });
    expect(performance.now() - startedAt).toBeLessThan(2_300);
    own.process.signal('SIGCONT');
  },
);
