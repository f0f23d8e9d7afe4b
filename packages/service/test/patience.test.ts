import { createBatcher } from '@orders/service/batcher';
import { expect, test, vi } from 'vitest';
import { controlled, limits, nextTurn } from './controlled-batches.ts';

const late = () => new Error('too late');
const reasonOf = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

test('who waits too long is told so, and his element is never begun', async () => {
  const { batches, runBatch } = controlled();
  const batcher = createBatcher({
    ...limits,
    runBatch,
    patience: { deadlineMs: 30, onLate: late },
  });
  const first = reasonOf(batcher.submit(1));
  await nextTurn();
  const second = reasonOf(batcher.submit(2));
  expect(batcher.pending()).toBe(2);
  expect(await second).toMatchObject({ message: 'too late' });
  // Its batch has begun and takes its course.
  expect(await first).toMatchObject({ message: 'too late' });
  expect(batcher.stats()).toMatchObject({ waiting: 0, inFlight: 1 });
  expect(batcher.pending()).toBe(1);

  const third = batcher.submit(3);
  batches[0]?.end();
  await nextTurn();
  await nextTurn();
  expect(batches[1]?.items).toEqual([3]);
  batches[1]?.end();
  expect(await third).toBe(30);
});

test('each waits for as long as the others, whenever he came', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
  try {
    const { runBatch } = controlled();
    const batcher = createBatcher({
      ...limits,
      maxBatchSize: 2,
      runBatch,
      patience: { deadlineMs: 100, onLate: late },
    });
    const lateAt: number[] = [];
    const submit = () => void batcher.submit(1).catch(() => lateAt.push(performance.now()));
    // All within one turn: two become a batch, three wait.
    for (let at = 0; at < 50; at += 10) {
      submit();
      vi.advanceTimersByTime(10);
    }
    await nextTurn();
    expect(batcher.stats()).toMatchObject({ waiting: 3, inFlight: 1 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(lateAt).toEqual([100, 110, 120, 130, 140].map((at) => expect.closeTo(at, -0.5)));
    submit();
    await vi.advanceTimersByTimeAsync(200);
    expect(lateAt).toHaveLength(6);
  } finally {
    vi.useRealTimers();
  }
});

test('no timer is left when all is done', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const { batches, runBatch } = controlled();
    const batcher = createBatcher({
      ...limits,
      runBatch,
      patience: { deadlineMs: 100, onLate: late },
    });
    const first = batcher.submit(1);
    await nextTurn();
    expect(vi.getTimerCount()).toBe(1);
    batches[0]?.end();
    expect(await first).toBe(10);
    await nextTurn();
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('closing ends when the last who waits gives up', async () => {
  const { batches, begun, runBatch } = controlled();
  const batcher = createBatcher({
    ...limits,
    maxBatchSize: 1,
    runBatch,
    patience: { deadlineMs: 20, onLate: late },
  });
  const given = [reasonOf(batcher.submit(1)), reasonOf(batcher.submit(2))];
  await begun(1);
  const closing = batcher.close();
  expect(await Promise.all(given)).toMatchObject([
    { message: 'too late' },
    { message: 'too late' },
  ]);
  batches[0]?.end();
  await closing;
  expect(batches).toHaveLength(1);
});

test('closing ends also when all give up before their batch begins', async () => {
  const { batches, runBatch } = controlled();
  const batcher = createBatcher({ ...limits, runBatch, patience: { deadlineMs: 1, onLate: late } });
  const given = reasonOf(batcher.submit(1));
  const closing = batcher.close();
  // The event loop stands still beyond the deadline: its timers come before its immediates.
  const until = performance.now() + 20;
  while (performance.now() < until);
  await new Promise((resolve) => setTimeout(resolve, 1));
  expect(await given).toMatchObject({ message: 'too late' });
  await closing;
  expect(batches).toHaveLength(0);
});
