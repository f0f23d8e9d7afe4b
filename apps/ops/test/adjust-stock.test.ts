import { type AdjustmentResult, adjustStock } from '@orders/database/inventory/adjust-stock';
import { readAvailable } from '@orders/database/inventory/read-available';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { place, reserve } from './support/drive-orders.ts';
import { addProduct, clear, startDatabase, type TestDatabase } from './support/start-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await clear(database);
  await addProduct(database, 'PEN-0001', 10);
});

const adjust = (
  delta: number,
  idempotencyKey: string,
  sku = 'PEN-0001',
): Promise<AdjustmentResult> =>
  adjustStock(database, { sku, delta, reason: 'counted', actor: 'anna', idempotencyKey });

async function movements(): Promise<{ delta: number; balance: number }[]> {
  return database.read(
    `SELECT delta::int, balance::int FROM stock_movements WHERE kind = 'adjustment' ORDER BY id`,
  );
}

test('an adjustment changes the stock and records the movement with its balance', async () => {
  expect(await adjust(5, 'k1')).toEqual({ kind: 'adjusted', onHand: 15 });
  expect(await adjust(-3, 'k2')).toEqual({ kind: 'adjusted', onHand: 12 });
  expect(await movements()).toEqual([
    { delta: 5, balance: 15 },
    { delta: -3, balance: 12 },
  ]);
});

test('the same adjustment fifty times at once is made once', async () => {
  const results = await Promise.all(Array.from({ length: 50 }, () => adjust(5, 'k1')));
  expect(results.filter(({ kind }) => kind === 'adjusted')).toHaveLength(1);
  expect(results.filter(({ kind }) => kind === 'replayed')).toHaveLength(49);
  expect(await movements()).toEqual([{ delta: 5, balance: 15 }]);
});

test('many adjustments at once all count, each balance once', async () => {
  await Promise.all(Array.from({ length: 40 }, (_, index) => adjust(1, `k${index}`)));
  const balances = (await movements()).map(({ balance }) => balance);
  expect(balances).toEqual(Array.from({ length: 40 }, (_, index) => 11 + index));
});

test('a key that belongs to another adjustment is refused, also across SKUs at once', async () => {
  await addProduct(database, 'PEN-0002', 10);
  await adjust(5, 'k1');
  expect(await adjust(6, 'k1')).toEqual({ kind: 'key-reused' });
  const both = await Promise.all([adjust(1, 'k2', 'PEN-0001'), adjust(1, 'k2', 'PEN-0002')]);
  expect(both.map(({ kind }) => kind).sort()).toEqual(['adjusted', 'key-reused']);
});

test('what is gone is gone, also when orders hold it: then a shortfall is open', async () => {
  for (let count = 0; count < 4; count += 1) await reserve(database, await place(database));
  expect(await adjust(-7, 'k1')).toEqual({ kind: 'adjusted', onHand: 3 });
  const open = 'SELECT missing::int FROM stock_shortfalls WHERE closed_at IS NULL';
  expect(await database.read(open)).toEqual([{ missing: 1 }]);
  expect(await adjust(1, 'k2')).toEqual({ kind: 'adjusted', onHand: 4 });
  expect(await database.read(open)).toEqual([]);
});

test('more than there is cannot go, and an unknown SKU has no stock', async () => {
  expect(await adjust(-11, 'k1')).toEqual({ kind: 'below-zero', onHand: 10 });
  expect(await adjust(1, 'k2', 'NOTHING')).toEqual({ kind: 'unknown-sku' });
});

test('available products are listed with what can be reserved, and whether somebody waits', async () => {
  await addProduct(database, 'RARE-0001', 0);
  await reserve(database, await place(database));
  await reserve(database, await place(database, { sku: 'RARE-0001' }));
  expect(await readAvailable(database.prisma, 10)).toMatchObject([
    { sku: 'PEN-0001', priceMinor: 1_000n, available: 9n, awaited: false },
    { sku: 'RARE-0001', available: 0n, awaited: true },
  ]);
});
