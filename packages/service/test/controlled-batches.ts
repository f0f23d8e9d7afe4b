import { expect, vi } from 'vitest';

export const limits = { name: 'numbers', maxBatchSize: 100, maxInFlight: 1, maxQueue: 1_000 };
export const nextTurn = () =>
  new Promise<void>((resolve) => {
    setImmediate(resolve);
  });

/** Batches that end when told to. */
export function controlled() {
  const batches: { items: number[]; end: () => void; fail: (error: unknown) => void }[] = [];
  const runBatch = (items: number[]) =>
    new Promise<number[]>((resolve, reject) => {
      batches.push({
        items,
        end: () => {
          resolve(items.map((item) => item * 10));
        },
        fail: reject,
      });
    });
  const begun = (count: number) =>
    vi.waitFor(() => {
      expect(batches).toHaveLength(count);
    });
  return { batches, begun, runBatch };
}
