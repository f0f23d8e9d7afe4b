import { adjustStock } from '@orders/database/inventory/adjust-stock';
import { applyStockPage } from '@orders/database/warehouse/apply-stock-page';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { begin, place, readStatuses, settle } from './drive-orders.ts';
import { expectConsistent } from './expect-consistent.ts';
import { makeOrder, times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';
import { claimNow } from './warehouse-run.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase({ poolSize: 20 });
});
afterEach(() => expectConsistent(database));
afterAll(() => database.close());

async function sell(items: Record<string, number>): Promise<void> {
  const ids = await place(database, [makeOrder({ items })]);
  await begin(database, ids);
  await settle(database, ids, 'captured');
  expect(await readStatuses(database, ids)).toEqual(['completed']);
}

let keys = 0;
async function adjust(sku: string, delta: number): Promise<void> {
  keys += 1;
  const adjustment = { sku, delta, reason: 'count', actor: 'op', idempotencyKey: `${keys}` };
  expect((await adjustStock(database, adjustment)).kind).toBe('adjusted');
}

test('amid sales, adjustments and pages in any order, what is really there comes out', async () => {
  const skus = times(6, (n) => `K-${n}`);
  for (const sku of skus) await addProduct(database, sku, 500);
  const run = await claimNow(database);
  const asOf = new Date(Date.now() - 1_000);
  // The shelf: 500 arrived of each, 20 of them are not there; nothing is taken off yet.
  const rows = skus.map((sku, n) => ({ n, sku, onHand: 480, salesIncluded: 0 }));
  const page = { ...run, sequence: 1, asOf };
  await Promise.all([
    ...times(30, async (n) => {
      const [first = '', second = ''] = [skus[n % 6], skus[(n * 5 + 1) % 6]];
      await sell(first === second ? { [first]: 2 } : { [second]: 1, [first]: 2 });
    }),
    ...times(10, (n) =>
      applyStockPage(database, { ...page, rows: n % 2 === 0 ? rows : rows.toReversed() }),
    ),
    ...times(18, (n) => adjust(skus[n % 6] ?? '', n % 5 === 0 ? -3 : 2)),
  ]);
  const stock = await database.sql<{ on_hand: number; truth: number }>(
    `SELECT i.on_hand::int,
            (480 - i.sold + sum(m.delta) FILTER (WHERE m.kind = 'adjustment'))::int AS truth
       FROM inventory i JOIN stock_movements m USING (sku)
      GROUP BY i.sku`,
  );
  expect(stock.map(({ on_hand }) => on_hand)).toEqual(stock.map(({ truth }) => truth));
  expect(stock).toHaveLength(6);
  const moved = await database.sql(
    `SELECT count(*)::int FROM stock_movements WHERE kind = 'warehouse'`,
  );
  expect(moved).toEqual([{ count: 6 }]);
});
