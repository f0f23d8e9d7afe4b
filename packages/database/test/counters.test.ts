import { readOrderMetrics } from '@orders/database/counters/read-order-metrics';
import { rebuildCounters } from '@orders/database/counters/rebuild-counters';
import { countOpenOrders } from '@orders/database/orders/open-orders';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { begin, place, settle } from './drive-orders.ts';
import { expectConsistent } from './expect-consistent.ts';
import { makeOrder, times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
  await addProduct(database, 'PEN-0001', 1_000);
});
afterAll(() => database.close());
afterEach(() => expectConsistent(database));

const NONE = {
  pending: 0,
  backordered: 0,
  reserved: 0,
  completed: 0,
  rejected: 0,
  cancelling: 0,
  cancelled: 0,
  failed: 0,
};

test('without orders every number is zero', async () => {
  expect(await readOrderMetrics(database)).toEqual({
    totalOrders: 0,
    orderCounts: NONE,
    averageProcessingTime: 0,
  });
  expect(await countOpenOrders(database)).toBe(0);
});

test('orders are counted by status, and the processing time from first pick-up to completed', async () => {
  const ids = await place(
    database,
    times(10, () => makeOrder()),
  );
  await begin(database, ids.slice(0, 6));
  await database.sql(
    `UPDATE orders SET processing_started_at = now() - interval '4 seconds' WHERE id = ANY($1)`,
    [ids],
  );
  await settle(database, ids.slice(0, 3), 'captured');
  const metrics = await readOrderMetrics(database);
  expect(metrics).toMatchObject({
    totalOrders: 10,
    orderCounts: { ...NONE, pending: 4, reserved: 3, completed: 3 },
  });
  expect(metrics.averageProcessingTime).toBeGreaterThanOrEqual(4);
  expect(metrics.averageProcessingTime).toBeLessThan(10);
  expect(await countOpenOrders(database)).toBe(7);
});

test('counters that are off are repaired by the difference, once, however many repair at once', async () => {
  await database.sql(
    'UPDATE order_counters SET completed = completed + 7, pending = pending - 2 WHERE shard = 3',
  );
  const repairs = await Promise.all(times(8, () => rebuildCounters(database)));
  expect(repairs.filter(({ completed }) => completed === -7)).toHaveLength(1);
  expect(repairs.filter(({ completed }) => completed === 0)).toHaveLength(7);
  expect(await readOrderMetrics(database)).toMatchObject({
    orderCounts: { completed: 3, pending: 4 },
  });
});

test('a repair in the middle of transitions changes nothing when the counters are right', async () => {
  const ids = await place(
    database,
    times(120, () => makeOrder()),
  );
  const [, ...repairs] = await Promise.all([
    Promise.all(
      times(12, async (n) => {
        const batch = ids.slice(n * 10, n * 10 + 10);
        await begin(database, batch);
        await settle(database, batch, 'captured');
      }),
    ),
    ...times(6, () => rebuildCounters(database)),
  ]);
  for (const repair of repairs) expect(new Set(Object.values(repair))).toEqual(new Set([0]));
});
