import { readOrderMetrics } from '@orders/database/counters/read-order-metrics';
import { rebuildCounters } from '@orders/database/counters/rebuild-counters';
import { readOrder } from '@orders/database/orders/read-order';
import { seedCatalogue } from '@orders/database/seed-catalogue';
import { seedOrders } from '@orders/database/seed-orders';
import { fingerprintBasket } from '@orders/domain/basket';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { expectConsistent } from './expect-consistent.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());
afterEach(() => expectConsistent(database));

test('without products no orders are made', async () => {
  expect(await seedOrders(database, { count: 5, completed: false })).toEqual({
    kind: 'no-products',
  });
});

test('seeded orders have all that belongs to them, and by themselves none that was paid', async () => {
  await seedCatalogue(database, { count: 30 });
  const progress: number[] = [];
  const seeded = await seedOrders(database, {
    count: 10_500,
    completed: false,
    onProgress: (orders) => progress.push(orders),
  });
  expect(seeded).toEqual({ kind: 'seeded', orders: 10_500 });
  expect(progress).toEqual([10_000, 10_500]);
  const { totalOrders, orderCounts } = await readOrderMetrics(database);
  expect(totalOrders).toBe(10_500);
  expect(orderCounts).toMatchObject({ completed: 0, cancelled: 6_825, rejected: 3_675 });
});

test('completed ones are paid and their stock was delivered and sold', async () => {
  await seedOrders(database, { count: 1_000, completed: true });
  const { orderCounts, averageProcessingTime } = await readOrderMetrics(database);
  expect(orderCounts.completed).toBe(850);
  expect(averageProcessingTime).toBeGreaterThan(0.03);
  expect(averageProcessingTime).toBeLessThan(0.43);
});

test('a seeded order reads like any other: id of its time, fingerprint of its basket', async () => {
  const [row] = await database.sql<{ id: string; fingerprint: string }>(
    'SELECT id, fingerprint FROM orders ORDER BY created_at, id LIMIT 1',
  );
  const order = await readOrder(database, row?.id ?? '');
  expect(order?.id[14]).toBe('7');
  const ms = Number.parseInt(String(order?.id.replaceAll('-', '').slice(0, 12)), 16);
  expect(ms).toBe(Date.parse(String(order?.createdAt)));
  expect(row?.fingerprint).toBe(fingerprintBasket(order?.items ?? []));
});

test('rebuilding counters finds nothing to repair, and repairs what is off', async () => {
  expect(Object.values(await rebuildCounters(database)).every((off) => off === 0)).toBe(true);
  await database.sql('UPDATE order_counters SET pending = 7, completed = -3 WHERE shard = 2');
  await database.sql('UPDATE order_counters SET processing_ms = processing_ms + 9 WHERE shard = 3');
  const before = await database.sql<{ pending: number }>(
    'SELECT sum(pending)::int AS pending FROM order_counters',
  );
  expect(await rebuildCounters(database)).toMatchObject({
    pending: -Number(before[0]?.pending),
    processing_ms: -9,
  });
});
