import type { Database } from '@orders/database/client';
import type { Producer } from '@orders/queue/producer';
import type { Failpoints } from '@orders/service/failpoints';
import { expect, test, vi } from 'vitest';
import { sweep } from '../src/sweeper/sweep.ts';

test('backorders that cannot be called do not keep what is due from being dispatched', async () => {
  const late = new Error('the statement took too long');
  const $queryRaw = vi.fn().mockRejectedValueOnce(late).mockResolvedValue([]);
  const restoreQueue = vi.fn(async () => 3);
  const found: string[] = [];
  const swept = sweep({
    database: { prisma: { $queryRaw } } as unknown as Database,
    producer: { isConnected: () => true } as unknown as Producer,
    failpoints: {} as unknown as Failpoints,
    restoreQueue,
    leaseMs: 60_000,
    onFound: (what, count) => found.push(`${what} ${count}`),
  });
  await expect(swept).rejects.toBe(late);
  expect(found).toEqual(['restored 3']);
  // The second statement claims what is due.
  expect($queryRaw).toHaveBeenCalledTimes(2);
});
