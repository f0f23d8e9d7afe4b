import { wakeBackorders } from '@orders/database/dispatch/wake-backorders';
import { adjustStock } from '@orders/database/inventory/adjust-stock';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { begin, place, readRuns, readStatuses, readStock, settle } from './drive-orders.ts';
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

test('stock that arrives calls the oldest, as many as it suffices for, each once', async () => {
  await addProduct(database, 'A-1', 0);
  const ids = await placeInTurn(times(5, () => ({ 'A-1': 2 })));
  await begin(database, ids.toReversed());
  expect(await wakeBackorders(database)).toBe(0);
  await deliver('A-1', 5);
  const before = await readRuns(database, ids);
  expect(await wakeBackorders(database)).toBe(2);
  expect(await wakeBackorders(database)).toBe(0);
  const raised = (await readRuns(database, ids)).map(
    (run, n) => run.dispatch - (before[n]?.dispatch ?? 0),
  );
  expect(raised).toEqual([1, 1, 0, 0, 0]);
  const due = await database.sql<{ id: string }>(
    'SELECT id FROM orders WHERE id = ANY($1) AND next_check_at <= now() ORDER BY id',
    [ids],
  );
  expect(due.map(({ id }) => id)).toEqual(ids.slice(0, 2).toSorted());
  await begin(database, ids.slice(0, 2));
  expect(await readStatuses(database, ids)).toEqual([
    'reserved',
    'reserved',
    'backordered',
    'backordered',
    'backordered',
  ]);
  expect(await wakeBackorders(database)).toBe(0);
});

test('however many could be called, each round calls so many, the oldest of all SKUs first', async () => {
  await addProduct(database, 'L-1', 0);
  await addProduct(database, 'L-2', 0);
  const ids = await placeInTurn(times(5, (n) => ({ [n % 2 === 0 ? 'L-1' : 'L-2']: 1 })));
  await begin(database, ids);
  await deliver('L-1', 10);
  await deliver('L-2', 10);
  const called: string[][] = [];
  for (let round = 0; round < 4; round += 1) {
    const before = await readRuns(database, ids);
    await wakeBackorders(database, 2);
    const after = await readRuns(database, ids);
    called.push(ids.filter((_, n) => after[n]?.dispatch !== before[n]?.dispatch));
  }
  expect(called).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4), []]);
});

test('many sweepers that wake at once call each order once', async () => {
  await addProduct(database, 'B-1', 0);
  const ids = await placeInTurn(times(20, () => ({ 'B-1': 1 })));
  await begin(database, ids);
  const before = await readRuns(database, ids);
  await deliver('B-1', 20);
  const called = await Promise.all(times(8, () => wakeBackorders(database)));
  expect(called.reduce((sum, n) => sum + n, 0)).toBe(20);
  const after = await readRuns(database, ids);
  expect(after.map(({ dispatch }, n) => dispatch - (before[n]?.dispatch ?? 0))).toEqual(
    Array(20).fill(1),
  );
});

test('released stock goes to those who wait, too', async () => {
  await addProduct(database, 'G-1', 3);
  const [holder = '', waiter = ''] = await placeInTurn([{ 'G-1': 3 }, { 'G-1': 2 }]);
  await begin(database, [holder, waiter]);
  await settle(database, [holder], { kind: 'declined', code: 'no', retryable: false });
  expect(await wakeBackorders(database)).toBe(1);
  await begin(database, [waiter]);
  expect(await readStatuses(database, [holder, waiter])).toEqual(['rejected', 'reserved']);
  expect(await readStock(database, 'G-1')).toEqual({ on_hand: 3, reserved: 2, sold: 0 });
});

test('deliveries, new orders and called ones at once: all are served, and nobody twice', async () => {
  await addProduct(database, 'H-1', 0);
  const ids = await place(
    database,
    times(60, () => makeOrder({ items: { 'H-1': 1 } })),
  );
  await begin(database, ids);
  const late = await place(
    database,
    times(40, () => makeOrder({ items: { 'H-1': 1 } })),
  );
  await Promise.all([
    ...times(10, async (n) => begin(database, late.slice(n * 4, n * 4 + 4))),
    ...times(10, async () => deliver('H-1', 10)),
    ...times(4, async () => wakeBackorders(database)),
  ]);
  for (let round = 0; round < 6; round += 1) {
    await wakeBackorders(database);
    await Promise.all(
      times(10, (n) =>
        begin(
          database,
          [...ids, ...late].filter((_, index) => index % 10 === n),
        ),
      ),
    );
  }
  expect(new Set(await readStatuses(database, [...ids, ...late]))).toEqual(new Set(['reserved']));
  expect(await readStock(database, 'H-1')).toEqual({ on_hand: 100, reserved: 100, sold: 0 });
});
