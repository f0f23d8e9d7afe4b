import type { Connection } from '@orders/database/client';
import { lookUpPlacements } from '@orders/database/orders/look-up-placements';
import { expect, test } from 'vitest';
import { makeOrder, times } from './make-order.ts';

test('a basket that is in a batch a hundred times is looked for once', async () => {
  const sent: unknown[] = [];
  const tx = {
    $queryRaw: async (_sql: unknown, ...values: unknown[]) => {
      sent.push(...values);
      return [{ keys: null, twins: null, products: null }];
    },
  } as unknown as Connection;
  const { customerId, fingerprint } = makeOrder();
  const equal = times(100, () => makeOrder({ customerId }));
  expect(new Set(equal.map((order) => order.fingerprint))).toEqual(new Set([fingerprint]));
  await lookUpPlacements(tx, equal, { duplicateWindowSeconds: 10_800 });
  expect(JSON.stringify(sent).split(fingerprint)).toHaveLength(2);
});
