import { adjustStock } from '@orders/database/inventory/adjust-stock';
import {
  applyStockPage,
  type StockPage,
  type StockPageResult,
} from '@orders/database/warehouse/apply-stock-page';
import type { WarehouseRun } from '@orders/database/warehouse/claim-warehouse-run';
import { compareStock } from '@orders/database/warehouse/compare-stock';
import { noteSnapshot } from '@orders/database/warehouse/note-snapshot';
import { readWarehouseSync } from '@orders/database/warehouse/read-warehouse-sync';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { begin, place, readStatuses, readStock, settle } from './drive-orders.ts';
import { expectConsistent } from './expect-consistent.ts';
import { makeOrder, times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';
import { claimNow, finish, readLease } from './warehouse-run.ts';

let database: TestDatabase;
let run: WarehouseRun;
beforeAll(async () => {
  database = await startDatabase({ poolSize: 20 });
});
beforeEach(async () => {
  run = await claimNow(database);
});
afterEach(() => expectConsistent(database));
afterAll(() => database.close());

let sequence = 100;
let keys = 0;

/** Applies counts as one page of a snapshot of its own. */
function apply(
  counts: Record<string, readonly [onHand: number, salesIncluded: number]>,
  rest: Partial<StockPage> = {},
): Promise<StockPageResult> {
  sequence += 1;
  const rows = Object.entries(counts).map(([sku, [onHand, salesIncluded]], index) => ({
    n: index + 1,
    sku,
    onHand,
    salesIncluded,
  }));
  return applyStockPage(database, { ...run, sequence, asOf: new Date(), rows, ...rest });
}

async function sell(items: Record<string, number>): Promise<void> {
  const ids = await place(database, [makeOrder({ items })]);
  await begin(database, ids);
  await settle(database, ids, 'captured');
  expect(await readStatuses(database, ids)).toEqual(['completed']);
}

async function adjust(sku: string, delta: number): Promise<void> {
  keys += 1;
  const adjustment = { sku, delta, reason: 'count', actor: 'op', idempotencyKey: `${keys}` };
  expect((await adjustStock(database, adjustment)).kind).toBe('adjusted');
}

const movementsOf = (sku: string) =>
  database.sql(
    `SELECT kind, delta::int, balance::int, reason, actor FROM stock_movements WHERE sku = $1 ORDER BY id`,
    [sku],
  );

test('a count becomes the stock, with a movement and its balance, and the run says what changed', async () => {
  await addProduct(database, 'A-1', 10);
  await addProduct(database, 'A-2', 20);
  const result = await apply({ 'A-2': [20, 0], 'A-1': [14, 0] }, { sequence: 90 });
  expect(result).toEqual({ kind: 'applied', changed: 1, raised: true });
  expect(await readStock(database, 'A-1')).toEqual({ on_hand: 14, reserved: 0, sold: 0 });
  expect(await movementsOf('A-1')).toMatchObject([
    { kind: 'seed', delta: 10 },
    { kind: 'warehouse', delta: 4, balance: 14, reason: 'warehouse snapshot 90', actor: 'system' },
  ]);
  expect(await movementsOf('A-2')).toHaveLength(1);
  expect((await readWarehouseSync(database, run.syncId, 10))?.rows).toEqual([
    { n: 2, outcome: 'changed', sku: 'A-1', before: 10, after: 14, detail: null },
  ]);
});

test('a snapshot that was taken before sales and arrives after them lowers stock once', async () => {
  await addProduct(database, 'B-1', 100);
  await sell({ 'B-1': 5 });
  // The warehouse took off the first 5, and counted before the next 7 and 3 were sold.
  const snapshot = { 'B-1': [95, 5] as const };
  await sell({ 'B-1': 7 });
  await sell({ 'B-1': 3 });
  expect(await apply(snapshot)).toEqual({ kind: 'applied', changed: 0, raised: false });
  expect(await readStock(database, 'B-1')).toEqual({ on_hand: 85, reserved: 0, sold: 15 });
  // The same, when three units got lost in the warehouse, too.
  expect(await apply({ 'B-1': [92, 5] })).toMatchObject({ changed: 1 });
  expect(await readStock(database, 'B-1')).toMatchObject({ on_hand: 82 });
});

test('applying a page again changes nothing, also after more sales', async () => {
  await addProduct(database, 'C-1', 10);
  const page = { sequence: 300, asOf: new Date() };
  sequence = 300;
  expect(await apply({ 'C-1': [50, 0] }, page)).toMatchObject({ changed: 1 });
  await sell({ 'C-1': 4 });
  expect(await apply({ 'C-1': [50, 0] }, page)).toMatchObject({ changed: 0 });
  expect(await readStock(database, 'C-1')).toEqual({ on_hand: 46, reserved: 0, sold: 4 });
  expect(await movementsOf('C-1')).toHaveLength(2);
});

test('a reply that got lost and a repeated page are counted as one change', async () => {
  await addProduct(database, 'L-1', 10);
  await apply({ 'L-1': [11, 0] });
  await apply({ 'L-1': [11, 0] });
  await finish(database, run, { rowsSeen: 1 });
  expect(await readWarehouseSync(database, run.syncId, 1)).toMatchObject({ rowsChanged: 1 });
});

/** Moves what was recorded so far of a SKU into the past, or the future. */
async function shift(sku: string, seconds: number): Promise<void> {
  await database.sql(
    `UPDATE stock_movements SET recorded_at = recorded_at + $2 * interval '1 second' WHERE sku = $1`,
    [sku, seconds],
  );
}

test('what was adjusted by hand after the snapshot is kept, what was before is in its count', async () => {
  await addProduct(database, 'D-1', 10);
  await adjust('D-1', 5);
  await shift('D-1', -60);
  const asOf = new Date(Date.now() - 30_000);
  await adjust('D-1', -2);
  await adjust('D-1', 1);
  expect(await apply({ 'D-1': [15, 0] }, { asOf })).toMatchObject({ changed: 0 });
  expect(await apply({ 'D-1': [12, 0] }, { asOf })).toMatchObject({ changed: 1 });
  expect(await readStock(database, 'D-1')).toMatchObject({ on_hand: 11 });
});

test('a clock of the warehouse that is ahead does not swallow what is adjusted from now on', async () => {
  await addProduct(database, 'E-1', 10);
  const ahead = new Date(Date.now() + 3_600_000);
  const asOf = await noteSnapshot(database, { ...run, sequence: 1, asOf: ahead });
  if (asOf === null) throw new Error('fenced');
  await adjust('E-1', 4);
  await shift('E-1', 1);
  expect(await apply({ 'E-1': [10, 0] }, { asOf })).toMatchObject({ changed: 0 });
  expect(await readStock(database, 'E-1')).toMatchObject({ on_hand: 14 });
});

test('a shortfall opens when fewer lie there than are reserved, and closes when they are found', async () => {
  await addProduct(database, 'F-1', 10);
  const ids = await place(
    database,
    times(2, () => makeOrder({ items: { 'F-1': 4 } })),
  );
  await begin(database, ids);
  const open = () =>
    database.sql(
      `SELECT missing::int, closed_at IS NULL AS open FROM stock_shortfalls WHERE sku = 'F-1'`,
    );
  expect(await apply({ 'F-1': [3, 0] })).toMatchObject({ changed: 1, raised: false });
  expect(await readStock(database, 'F-1')).toEqual({ on_hand: 3, reserved: 8, sold: 0 });
  expect(await open()).toEqual([{ missing: 5, open: true }]);
  // Settling a captured order never fails on stock.
  await settle(database, ids, 'captured');
  expect(await readStock(database, 'F-1')).toEqual({ on_hand: -5, reserved: 0, sold: 8 });
  expect(await readStatuses(database, ids)).toEqual(['completed', 'completed']);
  expect(await apply({ 'F-1': [2, 8] })).toMatchObject({ changed: 1, raised: true });
  expect(await readStock(database, 'F-1')).toEqual({ on_hand: 2, reserved: 0, sold: 8 });
  expect(await open()).toEqual([{ missing: 0, open: false }]);
});

test('of an older snapshot nothing is applied after a newer one, unless it is forced', async () => {
  await addProduct(database, 'G-1', 10);
  expect(await apply({ 'G-1': [30, 0] }, { sequence: 2_000 })).toMatchObject({ kind: 'applied' });
  await finish(database, run, { sequence: 2_000 });
  run = await claimNow(database);
  expect(run.lastSequence).toBe(2_000);
  expect(await apply({ 'G-1': [20, 0] }, { sequence: 1_999 })).toEqual({ kind: 'old-snapshot' });
  expect(await readStock(database, 'G-1')).toMatchObject({ on_hand: 30 });
  const forced = { sequence: 50, force: true };
  expect(await apply({ 'G-1': [20, 0] }, forced)).toMatchObject({ kind: 'applied', changed: 1 });
  expect(await readLease(database)).toMatchObject({ last_sequence: 50 });
  sequence = 100;
});

test('a part of a snapshot that was applied before its worker died makes older ones old', async () => {
  await addProduct(database, 'H-1', 10);
  expect(await apply({ 'H-1': [11, 0] }, { sequence: 3_000 })).toMatchObject({ kind: 'applied' });
  run = await claimNow(database);
  expect(run.lastSequence).toBe(3_000);
  expect(await apply({ 'H-1': [9, 0] }, { sequence: 2_999 })).toEqual({ kind: 'old-snapshot' });
  await database.sql('UPDATE warehouse_lease SET last_sequence = 100');
});

test('a row that is not to be believed under the lock is reported, and its mates are applied', async () => {
  await addProduct(database, 'I-1', 10);
  await addProduct(database, 'I-2', 10);
  const rows = { 'I-1': [10, 3], 'I-2': [8, 0], 'NO-SUCH-SKU': [5, 0] } as const;
  expect(await apply(rows)).toEqual({ kind: 'applied', changed: 1, raised: false });
  expect((await readWarehouseSync(database, run.syncId, 10))?.rows).toMatchObject([
    { n: 1, outcome: 'bad', sku: 'I-1', detail: 'includes 3 sales, but only 0 were ever made' },
    { n: 2, outcome: 'changed', sku: 'I-2', before: 10, after: 8 },
  ]);
  expect(await readStock(database, 'I-1')).toMatchObject({ on_hand: 10 });
});

test('comparing locks nothing and changes nothing', async () => {
  await addProduct(database, 'J-1', 10);
  const rows = [
    { n: 1, sku: 'J-1', onHand: 7, salesIncluded: 0 },
    { n: 2, sku: 'NO-SUCH-SKU', onHand: 7, salesIncluded: 0 },
  ];
  const before = await database.sql('SELECT xmin::text, xmax::text, * FROM inventory ORDER BY sku');
  const compared = await compareStock(database, new Date(), rows);
  expect(compared.map(({ decision }) => decision)).toEqual([
    { kind: 'changed', before: 10, after: 7 },
    { kind: 'unknown' },
  ]);
  const after = await database.sql('SELECT xmin::text, xmax::text, * FROM inventory ORDER BY sku');
  expect(after).toEqual(before);
});
