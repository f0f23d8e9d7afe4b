import { listWarehouseSyncs } from '@orders/database/warehouse/list-warehouse-syncs';
import { pruneWarehouseSyncs } from '@orders/database/warehouse/prune-warehouse-syncs';
import { readSoldTotals } from '@orders/database/warehouse/read-sold-totals';
import { readStockHealth } from '@orders/database/warehouse/read-stock-health';
import { readWarehouseSync } from '@orders/database/warehouse/read-warehouse-sync';
import { reportStockRows } from '@orders/database/warehouse/report-stock-rows';
import { requestWarehouseSync } from '@orders/database/warehouse/request-warehouse-sync';
import type { RowReport } from '@orders/domain/warehouse/row-report';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { begin, place, settle } from './drive-orders.ts';
import { makeOrder, times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';
import { claimNow, finish } from './warehouse-run.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
beforeEach(async () => {
  await database.sql('DELETE FROM warehouse_syncs');
  await database.sql(
    'UPDATE warehouse_lease SET holder = NULL, expires_at = NULL, last_success_at = NULL',
  );
});
afterAll(() => database.close());

const reportOf = (n: number): RowReport => ({
  n,
  outcome: 'unknown',
  sku: `X-${n}`,
  before: null,
  after: null,
  detail: null,
});

test('runs are listed newest first, page by page, none twice and none missed', async () => {
  for (let n = 0; n < 7; n += 1) await finish(database, await claimNow(database));
  // Equal times are told apart by id.
  await database.sql(`UPDATE warehouse_syncs SET created_at = date_trunc('minute', created_at)`);
  const all = await listWarehouseSyncs(database, 100);
  expect(all).toHaveLength(7);
  const seen: string[] = [];
  for (let after = null; ;) {
    const page = await listWarehouseSyncs(database, 3, after);
    seen.push(...page.map(({ id }) => id));
    const last = page.at(-1);
    if (last === undefined || page.length < 3) break;
    after = { createdAt: new Date(last.createdAt), id: last.id };
  }
  expect(seen).toEqual(all.map(({ id }) => id));
});

test('a run is read with its counts and its rows, page by page', async () => {
  const run = await claimNow(database);
  expect(
    await reportStockRows(database, { ...run, reports: times(5, (n) => reportOf(n + 1)) }),
  ).toBe(true);
  await finish(database, run, { sequence: 3, rowsSeen: 9, rowsUnknown: 5, rowsBad: 1 });
  const sync = await readWarehouseSync(database, run.syncId, 3);
  expect(sync).toMatchObject({
    state: 'completed',
    actor: 'system',
    rowsSeen: 9,
    rowsUnknown: 5,
    rowsBad: 1,
    rowsChanged: 0,
  });
  expect(sync?.rows).toEqual([reportOf(1), reportOf(2), reportOf(3)]);
  const rest = await readWarehouseSync(database, run.syncId, 3, 3);
  expect(rest?.rows).toEqual([reportOf(4), reportOf(5)]);
  expect(await readWarehouseSync(database, uuidv7(), 3)).toBeNull();
});

test('old runs are forgotten with their rows, those that wait or run are not', async () => {
  const old = await claimNow(database);
  await reportStockRows(database, { ...old, reports: [reportOf(1)] });
  await finish(database, old);
  const young = await claimNow(database);
  await finish(database, young);
  const { sync } = await requestWarehouseSync(database, {
    dryRun: true,
    force: false,
    actor: 'op',
  });
  await database.sql(
    `UPDATE warehouse_syncs SET created_at = created_at - interval '40 days',
            finished_at = finished_at - interval '40 days' WHERE id <> $1`,
    [young.syncId],
  );
  expect(await pruneWarehouseSyncs(database, 30)).toBe(1);
  const left = await listWarehouseSyncs(database, 10);
  expect(left.map(({ id }) => id).toSorted()).toEqual([young.syncId, sync.id].toSorted());
  expect(await database.sql('SELECT FROM warehouse_sync_rows')).toEqual([]);
});

test('the age of the stock counts from the last success, and before it from the first try', async () => {
  expect(await readStockHealth(database)).toEqual({
    secondsSinceLastSuccess: null,
    openShortfalls: 0,
  });
  const failing = await claimNow(database);
  await finish(database, failing, { state: 'failed', error: 'away' });
  // Cut to what is kept: PostgreSQL would round it, and up as well, to less than 100 seconds ago.
  await database.sql(
    `UPDATE warehouse_syncs SET created_at = date_trunc('milliseconds', now()) - interval '100 seconds'`,
  );
  const before = await readStockHealth(database);
  expect(before.secondsSinceLastSuccess).toBeGreaterThanOrEqual(100);
  expect(before.secondsSinceLastSuccess).toBeLessThan(160);
  await finish(database, await claimNow(database));
  expect((await readStockHealth(database)).secondsSinceLastSuccess).toBeLessThan(60);
});

test('the totals sold come in pages by SKU, without those of which nothing was sold', async () => {
  for (const sku of ['S-1', 'S-2', 'S-3', 'S-4']) await addProduct(database, sku, 10);
  const ids = await place(database, [makeOrder({ items: { 'S-1': 2, 'S-2': 3, 'S-4': 1 } })]);
  await begin(database, ids);
  await settle(database, ids, 'captured');
  const first = await readSoldTotals(database, '', 2);
  expect(first).toEqual([
    { sku: 'S-1', sold: 2 },
    { sku: 'S-2', sold: 3 },
  ]);
  expect(await readSoldTotals(database, 'S-2', 2)).toEqual([{ sku: 'S-4', sold: 1 }]);
  expect(await readSoldTotals(database, 'S-4', 2)).toEqual([]);
});
