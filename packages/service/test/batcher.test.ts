import { createBatcher } from '@orders/service/batcher';
import { OverloadError } from '@orders/service/overload-error';
import { describe, expect, test, vi } from 'vitest';
import { controlled, limits, nextTurn } from './controlled-batches.ts';

describe('createBatcher', () => {
  test('an idle batcher starts at once, with all that arrived in the same turn, and no timer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] });
    const sizes: number[] = [];
    const batcher = createBatcher({
      ...limits,
      runBatch: async (items: number[]) => items,
      onBatch: ({ size }) => {
        sizes.push(size);
      },
    });
    const fromMicrotask = Promise.resolve().then(() => batcher.submit(3));
    expect(await Promise.all([batcher.submit(1), batcher.submit(2), fromMicrotask])).toEqual([
      1, 2, 3,
    ]);
    expect(sizes).toEqual([3]);
    vi.useRealTimers();
  });

  test('a batch that never ends is seen by its age', async () => {
    const { begun, runBatch } = controlled();
    const batcher = createBatcher({ ...limits, runBatch });
    expect(batcher.stats().oldestMs).toBe(0);
    void batcher.submit(1);
    await begun(1);
    await vi.waitFor(() => expect(batcher.stats().oldestMs).toBeGreaterThan(20));
  });

  test('while a batch is under way, arrivals gather for the next', async () => {
    const { batches, begun, runBatch } = controlled();
    const batcher = createBatcher({ ...limits, runBatch });
    const first = batcher.submit(1);
    await nextTurn();
    const later = [batcher.submit(2), batcher.submit(3)];
    await nextTurn();
    expect(batcher.stats()).toMatchObject({ waiting: 2, inFlight: 1 });
    batches[0]?.end();
    expect(await first).toBe(10);
    await begun(2);
    expect(batches.map(({ items }) => items)).toEqual([[1], [2, 3]]);
    batches[1]?.end();
    expect(await Promise.all(later)).toEqual([20, 30]);
  });

  test('a batch weighs no more than it may; what is heavier goes alone', async () => {
    const { batches, begun, runBatch } = controlled();
    const batcher = createBatcher({
      ...limits,
      maxBatchWeight: 10,
      weigh: (item: number) => item,
      runBatch,
    });
    const all = [4, 6, 1, 30, 2].map((item) => batcher.submit(item));
    for (let n = 1; n <= 4; n += 1) {
      await begun(n);
      batches[n - 1]?.end();
    }
    await Promise.all(all);
    expect(batches.map(({ items }) => items)).toEqual([[4, 6], [1], [30], [2]]);
  });

  test('beyond maxQueue it refuses with the time after which to try again, and begins nothing', async () => {
    const { batches, begun, runBatch } = controlled();
    const batcher = createBatcher({ ...limits, maxQueue: 2, runBatch });
    const first = batcher.submit(1);
    await nextTurn();
    const waiting = [batcher.submit(2), batcher.submit(3)];
    const refused = await batcher.submit(4).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(OverloadError);
    expect(refused).toMatchObject({ retryAfterSeconds: 1 });
    batches[0]?.end();
    await first;
    await begun(2);
    batches[1]?.end();
    expect(await Promise.all(waiting)).toEqual([20, 30]);
    expect(batches).toHaveLength(2);
  });

  test('an error that is nobody in particular rejects the whole batch, and the next batch runs', async () => {
    const { batches, begun, runBatch } = controlled();
    const batcher = createBatcher({ ...limits, runBatch, isolate: () => false });
    const failed = Promise.allSettled([batcher.submit(1), batcher.submit(2)]);
    await nextTurn();
    const next = batcher.submit(3);
    batches[0]?.fail(new Error('connection lost'));
    expect((await failed).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await begun(2);
    batches[1]?.end();
    expect(await next).toBe(30);
  });

  test('a wrong number of results is an error for all and is never repeated', async () => {
    let runs = 0;
    const batcher = createBatcher({
      ...limits,
      isolate: () => true,
      runBatch: async (items: number[]) => {
        runs += 1;
        return items.slice(1);
      },
    });
    const outcomes = await Promise.allSettled([batcher.submit(1), batcher.submit(2)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(runs).toBe(1);
  });

  test('close refuses what is new and waits for all that was taken', async () => {
    const { batches, begun, runBatch } = controlled();
    const batcher = createBatcher({ ...limits, maxBatchSize: 1, runBatch });
    const taken = [batcher.submit(1), batcher.submit(2)];
    let closed = false;
    const closing = batcher.close().then(() => {
      closed = true;
    });
    await expect(batcher.submit(3)).rejects.toThrow('closed');
    await nextTurn();
    batches[0]?.end();
    await nextTurn();
    expect(closed).toBe(false);
    await begun(2);
    batches[1]?.end();
    await closing;
    expect(await Promise.all(taken)).toEqual([10, 20]);
    await batcher.close();
  });

  test('costs little per element', async () => {
    const batcher = createBatcher({
      ...limits,
      maxBatchSize: 200,
      maxInFlight: 2,
      maxQueue: 1_000_000,
      runBatch: async (items: number[]) => items,
    });
    const startedAt = performance.now();
    const results = await Promise.all(Array.from({ length: 100_000 }, (_, i) => batcher.submit(i)));
    expect(results).toHaveLength(100_000);
    // 100,000 elements: at 15,000 a second this may cost a tenth of the time at most.
    expect(performance.now() - startedAt).toBeLessThan(660);
  });
});
