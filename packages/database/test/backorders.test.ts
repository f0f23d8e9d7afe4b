import { wakeBackorders } from '@orders/database/dispatch/wake-backorders';
import { adjustStock } from '@orders/database/inventory/adjust-stock';
import { readOrder } from '@orders/database/orders/read-order';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { begin, place, POLICY, readRuns, readStatuses } from './drive-orders.ts';
import { expectConsistent } from './expect-consistent.ts';
import { makeOrder, times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase({ poolSize: 20 });
});
afterAll(() => database.close());
afterEach(() => expectConsistent(database));

let keys = 0;
async function deliver(sku: string, units: number): Promise<void> {
  keys += 1;
  const adjustment = {
    sku,
    delta: units,
    reason: 'delivery',
    actor: 'op',
    idempotencyKey: `${keys}`,
  };
  expect((await adjustStock(database, adjustment)).kind).toBe('adjusted');
}

/** Orders of one SKU, one after the other, the first being the oldest. */
async function placeInTurn(items: Record<string, number>[]): Promise<string[]> {
  const ids: string[] = [];
  for (const each of items) {
    ids.push(...(await place(database, [makeOrder({ items: each })])));
    await database.sql(`UPDATE orders SET created_at = $2 WHERE id = $1`, [
      ids.at(-1),
      new Date(Date.parse('2026-01-01T00:00:00Z') + ids.length * 1_000),
    ]);
  }
  return ids;
}

test('a new order never overtakes one that waits, whatever has arrived and whoever is called first', async () => {
  await addProduct(database, 'C-1', 0);
  const [old = '', older = ''] = (await placeInTurn([{ 'C-1': 3 }, { 'C-1': 3 }])).toReversed();
  await begin(database, [old, older]);
  await deliver('C-1', 4);
  const [young = ''] = await place(database, [makeOrder({ items: { 'C-1': 1 } })]);
  await begin(database, [young]);
  // Three of the four are the oldest's; the next one gets the fourth before the young does.
  expect(await readStatuses(database, [older, old, young])).toEqual(Array(3).fill('backordered'));
  await begin(database, [old]);
  expect(await readStatuses(database, [old])).toEqual(['backordered']);
  await begin(database, [older]);
  await begin(database, [young]);
  expect(await readStatuses(database, [older, old, young])).toEqual([
    'reserved',
    'backordered',
    'backordered',
  ]);
  await deliver('C-1', 3);
  await begin(database, [young, old]);
  expect(await readStatuses(database, [old, young])).toEqual(['reserved', 'reserved']);
});

test('a new order passes a line longer than a batch looks at only when all of it can be served', async () => {
  await addProduct(database, 'LONG-1', 0);
  const waiting = await place(
    database,
    times(1_200, () => makeOrder({ items: { 'LONG-1': 2 } })),
  );
  for (let from = 0; from < waiting.length; from += 300) {
    await begin(database, waiting.slice(from, from + 300));
  }
  await deliver('LONG-1', 2_400);
  const [young = ''] = await place(database, [makeOrder({ items: { 'LONG-1': 1 } })]);
  await begin(database, [young]);
  expect(await readStatuses(database, [young])).toEqual(['backordered']);
});

test('an order waits only for what it is short of: others may have the rest', async () => {
  await addProduct(database, 'D-1', 0);
  await addProduct(database, 'D-2', 5);
  const [both = ''] = await placeInTurn([{ 'D-1': 1, 'D-2': 5 }]);
  await begin(database, [both]);
  const [other = ''] = await place(database, [makeOrder({ items: { 'D-2': 5 } })]);
  await begin(database, [other]);
  expect(await readStatuses(database, [both, other])).toEqual(['backordered', 'reserved']);
  await deliver('D-1', 1);
  await wakeBackorders(database);
  await begin(database, [both]);
  // Now it waits for the other SKU, and no longer keeps anybody from this one.
  const line = await database.sql('SELECT sku FROM backorders WHERE order_id = $1', [both]);
  expect(line).toEqual([{ sku: 'D-2' }]);
});

test('an order that is called and still short waits on with backoff, without a step in its log', async () => {
  await addProduct(database, 'E-1', 0);
  const [id = ''] = await placeInTurn([{ 'E-1': 1 }]);
  await begin(database, [id]);
  const [first] = await readRuns(database, [id]);
  expect(await begin(database, [id])).toEqual([{ kind: 'rest' }]);
  const [second] = await readRuns(database, [id]);
  expect(second?.dispatch).toBe((first?.dispatch ?? 0) + 1);
  expect(await readOrder(database, id)).toMatchObject({ version: 2 });
});

test('after the longest wait it is rejected as out of stock and leaves the line', async () => {
  await addProduct(database, 'F-1', 0);
  const [id = ''] = await placeInTurn([{ 'F-1': 1 }]);
  await begin(database, [id]);
  await database.sql(
    `UPDATE orders SET step_started_at = now() - interval '11 seconds' WHERE id = $1`,
    [id],
  );
  await begin(database, [id], { ...POLICY, backorderMaxWaitMs: 12_000 });
  expect(await readStatuses(database, [id])).toEqual(['backordered']);
  const next = await database.sql<{ ms: number }>(
    `SELECT extract(epoch FROM next_check_at - now())::float * 1000 AS ms FROM orders WHERE id = $1`,
    [id],
  );
  expect(next[0]?.ms).toBeLessThanOrEqual(1_000);
  await begin(database, [id], { ...POLICY, backorderMaxWaitMs: 11_000 });
  expect(await readOrder(database, id)).toMatchObject({
    status: 'rejected',
    reason: 'out_of_stock',
    version: 3,
  });
});

test('a database clock ahead of this one does not keep an order from waiting', async () => {
  await addProduct(database, 'SKEW-1', 0);
  const [id = ''] = await placeInTurn([{ 'SKEW-1': 1 }]);
  await begin(database, [id]);
  await database.sql(
    `UPDATE orders SET step_started_at = now() + interval '90 seconds' WHERE id = $1`,
    [id],
  );
  expect(await begin(database, [id])).toEqual([{ kind: 'rest' }]);
});
