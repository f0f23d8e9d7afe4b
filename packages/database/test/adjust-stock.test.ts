import { adjustStock, type StockAdjustment } from '@orders/database/inventory/adjust-stock';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { begin, place, readStatuses, readStock, settle } from './drive-orders.ts';
import { expectConsistent } from './expect-consistent.ts';
import { makeOrder, times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());
afterEach(() => expectConsistent(database));

const adjust = (sku: string, delta: number, rest: Partial<StockAdjustment> = {}) =>
  adjustStock(database, {
    sku,
    delta,
    reason: 'count',
    actor: 'op',
    idempotencyKey: `${sku} ${delta}`,
    ...rest,
  });

const readOpenShortfalls = (sku: string) =>
  database.sql('SELECT missing::int FROM stock_shortfalls WHERE sku = $1 AND closed_at IS NULL', [
    sku,
  ]);

test('an adjustment changes the stock and records the movement with its balance', async () => {
  await addProduct(database, 'A-1', 10);
  expect(await adjust('A-1', 5)).toMatchObject({ kind: 'adjusted', onHand: 15 });
  expect(await adjust('A-1', -7)).toMatchObject({ kind: 'adjusted', onHand: 8 });
  const movements = await database.sql(
    `SELECT kind, delta::int, balance::int, reason, actor FROM stock_movements WHERE sku = 'A-1' ORDER BY id`,
  );
  expect(movements).toEqual([
    { kind: 'seed', delta: 10, balance: 10, reason: 'opening stock', actor: 'system' },
    { kind: 'adjustment', delta: 5, balance: 15, reason: 'count', actor: 'op' },
    { kind: 'adjustment', delta: -7, balance: 8, reason: 'count', actor: 'op' },
  ]);
});

test('twenty times the same adjustment at once is one adjustment', async () => {
  await addProduct(database, 'B-1', 10);
  const results = await Promise.all(times(20, () => adjust('B-1', 5)));
  expect(results.filter(({ kind }) => kind === 'adjusted')).toHaveLength(1);
  expect(results.filter(({ kind }) => kind === 'replayed')).toHaveLength(19);
  expect(await readStock(database, 'B-1')).toMatchObject({ on_hand: 15 });
});

test('a key is refused for another adjustment, also of another SKU at the same moment', async () => {
  await addProduct(database, 'C-1', 10);
  await addProduct(database, 'C-2', 10);
  const results = await Promise.all(
    times(10, (n) => adjust(`C-${1 + (n % 2)}`, 1, { idempotencyKey: 'one key' })),
  );
  expect(results.filter(({ kind }) => kind === 'adjusted')).toHaveLength(1);
  expect(results.filter(({ kind }) => kind === 'replayed')).toHaveLength(4);
  expect(results.filter(({ kind }) => kind === 'key-reused')).toHaveLength(5);
  expect(await adjust('C-1', 1, { idempotencyKey: 'one key', actor: 'another' })).toMatchObject({
    kind: 'adjusted',
  });
});

test('what is not there cannot go, and an unknown SKU has nothing to adjust', async () => {
  await addProduct(database, 'D-1', 3);
  expect(await adjust('D-1', -4)).toMatchObject({ kind: 'below-zero', onHand: 3 });
  expect(await adjust('NO-SUCH', 1)).toEqual({ kind: 'unknown-sku' });
  expect(await readStock(database, 'D-1')).toEqual({ on_hand: 3, reserved: 0, sold: 0 });
});

test('a shortfall is open exactly while more is promised than is there', async () => {
  await addProduct(database, 'E-1', 6);
  const ids = await place(
    database,
    times(3, () => makeOrder({ items: { 'E-1': 2 } })),
  );
  await begin(database, ids);
  await adjust('E-1', -4);
  expect(await readOpenShortfalls('E-1')).toEqual([{ missing: 4 }]);
  await adjust('E-1', 1);
  expect(await readOpenShortfalls('E-1')).toEqual([{ missing: 3 }]);
  await settle(database, ids.slice(0, 1), { kind: 'declined', code: 'no', retryable: false });
  expect(await readOpenShortfalls('E-1')).toEqual([{ missing: 1 }]);
  await settle(database, ids.slice(1), 'captured');
  expect(await readStatuses(database, ids)).toEqual(['rejected', 'completed', 'completed']);
  expect(await readOpenShortfalls('E-1')).toEqual([{ missing: 1 }]);
  await adjust('E-1', 2);
  expect(await readOpenShortfalls('E-1')).toEqual([]);
  expect(await readStock(database, 'E-1')).toEqual({ on_hand: 1, reserved: 0, sold: 4 });
});

test('adjustments, reservations and sales of one SKU at once leave a stock that adds up', async () => {
  await addProduct(database, 'F-1', 50);
  const ids = await place(
    database,
    times(60, () => makeOrder({ items: { 'F-1': 1 } })),
  );
  await Promise.all([
    ...times(12, async (n) => {
      const batch = ids.slice(n * 5, n * 5 + 5);
      await begin(database, batch);
      await settle(database, batch, 'captured');
    }),
    ...times(12, (n) => adjust('F-1', n % 2 === 0 ? 3 : -1, { idempotencyKey: `f ${n}` })),
  ]);
  const stock = await readStock(database, 'F-1');
  expect((stock?.on_hand ?? 0) + (stock?.sold ?? 0)).toBe(50 + 6 * 3 - 6);
});
