import { createBatcher } from '@orders/service/batcher';
import { describe, expect, test, vi } from 'vitest';
import { controlled, limits, nextTurn } from './controlled-batches.ts';

describe('beside a larger batch', () => {
  /** A batch of eight under way, and room for one more. */
  async function beside() {
    const { batches, begun, runBatch } = controlled();
    const batcher = createBatcher({ ...limits, maxInFlight: 2, runBatch });
    const submit = (count: number) => {
      for (let item = 0; item < count; item += 1) void batcher.submit(item);
    };
    submit(8);
    await begun(1);
    const sizes = () => batches.map(({ items }) => items.length);
    return { batches, begun, submit, sizes };
  }

  test('a small one gathers until it has half of its size', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const { submit, sizes } = await beside();
    submit(3);
    await nextTurn();
    expect(sizes()).toEqual([8]);
    submit(1);
    await nextTurn();
    expect(sizes()).toEqual([8, 4]);
    vi.useRealTimers();
  });

  test('or until that one ends', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const { batches, submit, sizes } = await beside();
    submit(1);
    await nextTurn();
    batches[0]?.end();
    await nextTurn();
    await nextTurn();
    expect(sizes()).toEqual([8, 1]);
    vi.useRealTimers();
  });

  test('or for ten milliseconds, since that one may hang', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { submit, sizes } = await beside();
    submit(1);
    await nextTurn();
    vi.advanceTimersByTime(9);
    await nextTurn();
    expect(sizes()).toEqual([8]);
    vi.advanceTimersByTime(1);
    await nextTurn();
    expect(sizes()).toEqual([8, 1]);
    vi.useRealTimers();
  });
});
