import { readLoad } from '@orders/database/scaling/read-load';
import { endHeartbeat, recordHeartbeat } from '@orders/database/scaling/record-heartbeat';
import { sampleCounters } from '@orders/database/scaling/sample-counters';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { place } from './drive-orders.ts';
import { makeOrder } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
  await addProduct(database, 'PEN-1', 100);
});
afterAll(() => database.close());
beforeEach(() => database.sql('DELETE FROM order_samples'));

const samples = () =>
  database.sql<{ placed: string; finished: string }>('SELECT * FROM order_samples ORDER BY at');
const sampleAgo = (seconds: number, placed: number, finished: number) =>
  database.sql(
    `INSERT INTO order_samples (at, placed, finished)
     VALUES (now() - $1 * interval '1 second', $2, $3)`,
    [seconds, placed, finished],
  );

test('without orders, samples and workers there is nothing to do', async () => {
  expect(await readLoad(database)).toEqual({
    pending: 0,
    backordered: 0,
    underWay: 0,
    oldestPendingSeconds: null,
    arrivalPerSecond: 0,
    completionPerSecond: 0,
    workers: 0,
  });
});

test('what is pending is counted, with the age of the first', async () => {
  await place(database, [
    makeOrder({ items: { 'PEN-1': 1 } }),
    makeOrder({ items: { 'PEN-1': 2 } }),
  ]);
  await database.sql(`UPDATE orders SET created_at = created_at - interval '90 seconds'
                       WHERE id = (SELECT min(id::text)::uuid FROM orders)`);
  const load = await readLoad(database);
  expect(load.pending).toBe(2);
  expect(load.oldestPendingSeconds).toBeGreaterThan(90);
  expect(load.oldestPendingSeconds).toBeLessThan(120);
});

test('of many workers that sample at once one writes, and old samples go', async () => {
  await sampleAgo(7_200, 0, 0);
  await sampleCounters(database, 5_000);
  await Promise.all(Array.from({ length: 5 }, () => sampleCounters(database, 5_000)));
  expect(await samples()).toEqual([expect.objectContaining({ placed: '2', finished: '0' })]);
});

test('rates are over the last minute', async () => {
  await sampleAgo(3_000, -1_000_000, -1_000_000);
  await sampleAgo(50, -98, -200);
  await sampleAgo(1, 2, 0);
  const load = await readLoad(database);
  expect(load.arrivalPerSecond).toBeCloseTo(2, 1);
  expect(load.completionPerSecond).toBeCloseTo(4, 1);
});

test('rates hold when nobody samples any more, and are never negative', async () => {
  await sampleAgo(200, -398, 600);
  const load = await readLoad(database);
  expect(load.arrivalPerSecond).toBeCloseTo(2, 1);
  expect(load.completionPerSecond).toBe(0);
});

test('a worker counts while it is seen', async () => {
  const [one, two, dead] = [uuidv7(), uuidv7(), uuidv7()];
  await recordHeartbeat(database, one);
  await recordHeartbeat(database, two);
  await recordHeartbeat(database, one);
  expect((await readLoad(database)).workers).toBe(2);
  await database.sql(
    `UPDATE worker_heartbeats SET seen_at = now() - interval '16 seconds' WHERE id = $1`,
    [two],
  );
  expect((await readLoad(database)).workers).toBe(1);
  await recordHeartbeat(database, two);
  const [again] = await database.sql<{ isNew: boolean }>(
    `SELECT started_at = seen_at AS "isNew" FROM worker_heartbeats WHERE id = $1`,
    [two],
  );
  expect(again?.isNew).toBe(true);
  await endHeartbeat(database, two);
  await endHeartbeat(database, one);
  expect((await readLoad(database)).workers).toBe(0);

  await database.sql(
    `INSERT INTO worker_heartbeats (id, seen_at) VALUES ($1, now() - interval '2 hours')`,
    [dead],
  );
  await recordHeartbeat(database, one);
  const left = await database.sql<{ id: string }>('SELECT id FROM worker_heartbeats');
  expect(left.map(({ id }) => id).sort()).toEqual([one, two].sort());
});
