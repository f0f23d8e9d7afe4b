import { startTicker } from '@orders/service/ticker';
import { expect, test, vi } from 'vitest';

const ignore = () => {};

test('runs at once and again after each interval', async () => {
  let runs = 0;
  const ticker = startTicker({
    intervalMs: 5,
    run: async () => {
      runs += 1;
    },
    onError: ignore,
  });
  expect(runs).toBe(1);
  await vi.waitFor(() => {
    expect(runs).toBeGreaterThan(3);
  });
  await ticker.close();
  const after = runs;
  await new Promise((resolve) => {
    setTimeout(resolve, 20);
  });
  expect(runs).toBe(after);
});

test('never overlaps, and coalesces nudges during a run into one more run right after it', async () => {
  const ends: (() => void)[] = [];
  let underWay = 0;
  let most = 0;
  const ticker = startTicker({
    intervalMs: 1_000_000,
    run: async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise<void>((resolve) => {
        ends.push(resolve);
      });
      underWay -= 1;
    },
    onError: ignore,
  });
  for (let i = 0; i < 5; i += 1) ticker.nudge();
  ends[0]?.();
  await vi.waitFor(() => {
    expect(ends).toHaveLength(2);
  });
  ends[1]?.();
  await vi.waitFor(() => {
    expect(underWay).toBe(0);
  });
  await Promise.resolve();
  ticker.nudge();
  await vi.waitFor(() => {
    expect(ends).toHaveLength(3);
  });
  ends[2]?.();
  await ticker.close();
  expect(most).toBe(1);
});

test('a failed run is reported and does not end the ticker, even when it throws before it awaits', async () => {
  const errors: unknown[] = [];
  const ticker = startTicker({
    intervalMs: 1,
    run: () => {
      throw new Error('no');
    },
    onError: (error) => {
      errors.push(error);
    },
  });
  await vi.waitFor(() => {
    expect(errors.length).toBeGreaterThan(2);
  });
  await ticker.close();
});

test('close waits for the run under way', async () => {
  let finish = ignore;
  let finished = false;
  const ticker = startTicker({
    intervalMs: 1,
    run: async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      finished = true;
    },
    onError: ignore,
  });
  const closed = ticker.close();
  ticker.nudge();
  finish();
  await closed;
  expect(finished).toBe(true);
});
