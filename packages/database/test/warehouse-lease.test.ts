import { applyStockPage } from '@orders/database/warehouse/apply-stock-page';
import { claimWarehouseRun } from '@orders/database/warehouse/claim-warehouse-run';
import { noteSnapshot } from '@orders/database/warehouse/note-snapshot';
import { readWarehouseSync } from '@orders/database/warehouse/read-warehouse-sync';
import { renewWarehouseLease } from '@orders/database/warehouse/renew-warehouse-lease';
import { reportStockRows } from '@orders/database/warehouse/report-stock-rows';
import { requestWarehouseSync } from '@orders/database/warehouse/request-warehouse-sync';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { readStock } from './drive-orders.ts';
import { expectConsistent } from './expect-consistent.ts';
import { times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';
import { CLAIM, claimNow, finish, readLease } from './warehouse-run.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
beforeEach(async () => {
  await database.sql('DELETE FROM warehouse_syncs');
  await database.sql(
    `UPDATE warehouse_lease
        SET holder = NULL, expires_at = NULL, last_sequence = 0, last_success_at = NULL,
            next_run_at = now() + interval '1 hour'`,
  );
});
afterAll(() => database.close());
afterEach(() => expectConsistent(database));

const operator = { dryRun: false, force: false, actor: 'operator:ann' };
const claim = (rest = {}) => claimWarehouseRun(database, { ...CLAIM, ...rest });

test('of many workers that look at once one gets the due run, until it has ended', async () => {
  await database.sql('UPDATE warehouse_lease SET next_run_at = now()');
  const pools = times(4, () => database.connect());
  const claims = await Promise.all(
    pools.flatMap((pool) => times(3, () => claimWarehouseRun(pool, CLAIM))),
  );
  const [run, ...others] = claims.filter((each) => each !== null);
  expect(others).toEqual([]);
  expect(run).toMatchObject({ actor: 'system', dryRun: false, force: false, lastSequence: 0 });
  await requestWarehouseSync(database, operator);
  expect(await claim()).toBeNull();
  if (run !== undefined) expect(await finish(database, run)).toBe(true);
  expect(await claim()).toMatchObject({ actor: 'operator:ann' });
});

test('nothing runs before it is due, and with no interval only what was asked for', async () => {
  expect(await claim()).toBeNull();
  await database.sql('UPDATE warehouse_lease SET next_run_at = now()');
  expect(await claim({ intervalMs: null })).toBeNull();
  const { sync } = await requestWarehouseSync(database, operator);
  expect(await claim({ intervalMs: null })).toMatchObject({ syncId: sync.id });
});

test('requests run in their order, with what was asked for', async () => {
  const first = await requestWarehouseSync(database, { ...operator, dryRun: true });
  const second = await requestWarehouseSync(database, { ...operator, force: true });
  const dry = await claim();
  expect(dry).toMatchObject({ syncId: first.sync.id, dryRun: true, force: false });
  if (dry !== null) await finish(database, dry);
  const forced = await claim();
  expect(forced).toMatchObject({ syncId: second.sync.id, dryRun: false, force: true });
});

test('asking many times at once for the same makes one run, which others find waiting', async () => {
  const asked = await Promise.all(
    times(20, (n) => requestWarehouseSync(database, { ...operator, actor: `operator:${n}` })),
  );
  expect(new Set(asked.map(({ sync }) => sync.id)).size).toBe(1);
  expect(asked.filter(({ kind }) => kind === 'requested')).toHaveLength(1);
  const other = await requestWarehouseSync(database, { ...operator, force: true });
  expect(other.kind).toBe('requested');
  // One that runs has perhaps read its snapshot already: it is no answer to a new request.
  await claim();
  expect((await requestWarehouseSync(database, operator)).kind).toBe('requested');
});

test('a run whose worker died is marked failed, and another starts over with a higher fence', async () => {
  const dead = await claimNow(database, { holder: 'dead' });
  expect(await claim()).toBeNull();
  const next = await claimNow(database, { holder: 'alive' });
  expect(next.fence).toBeGreaterThan(dead.fence);
  expect(await readWarehouseSync(database, dead.syncId, 1)).toMatchObject({
    state: 'failed',
    error: 'its worker died or stood still, and another took over',
  });
  expect(await readWarehouseSync(database, next.syncId, 1)).toMatchObject({ state: 'running' });
  expect(await readLease(database)).toMatchObject({ holder: 'alive' });
});

test('a dead run is cleared away even when nothing else is to be done', async () => {
  const dead = await claimNow(database);
  await database.sql(
    `UPDATE warehouse_lease SET expires_at = now(), next_run_at = now() + interval '1 hour'`,
  );
  expect(await claim()).toBeNull();
  expect(await readWarehouseSync(database, dead.syncId, 1)).toMatchObject({ state: 'failed' });
  expect(await readLease(database)).toMatchObject({ holder: null });
  expect(await renewWarehouseLease(database, dead.fence, 1_000)).toBe(false);
});

test('a worker that wakes up after it was taken over is refused in everything, and changes nothing', async () => {
  await addProduct(database, 'FROZEN-1', 10);
  const frozen = await claimNow(database);
  const asOf = new Date();
  const seen = { ...frozen, sequence: 7, asOf };
  expect(await noteSnapshot(database, seen)).toEqual(asOf);
  const next = await claimNow(database);
  const rows = [{ n: 1, sku: 'FROZEN-1', onHand: 3, salesIncluded: 0 }];
  const page = { ...frozen, sequence: 7, asOf, rows };
  const late = { n: 1, outcome: 'bad' as const, sku: null, before: null, after: null, detail: 'x' };

  expect(await noteSnapshot(database, seen)).toBeNull();
  expect(await renewWarehouseLease(database, frozen.fence, 1_000)).toBe(false);
  expect(await reportStockRows(database, { ...frozen, reports: [late] })).toBe(false);
  expect(await applyStockPage(database, page)).toEqual({ kind: 'fenced' });
  expect(await finish(database, frozen)).toBe(false);

  expect(await readStock(database, 'FROZEN-1')).toMatchObject({ on_hand: 10 });
  expect(await readWarehouseSync(database, frozen.syncId, 10)).toMatchObject({
    state: 'failed',
    rows: [],
  });
  expect(await readLease(database)).toMatchObject({
    fence: Number(next.fence),
    holder: 'test',
    last_sequence: 0,
  });
});

test('nobody claims in the middle of a page, even when its lease has expired', async () => {
  const run = await claimNow(database);
  await database.sql(
    `UPDATE warehouse_lease SET expires_at = now() - interval '1 second', next_run_at = now()`,
  );
  const page = new pg.Client({ connectionString: database.url });
  await page.connect();
  onTestFinished(() => page.end());
  await page.query('BEGIN');
  await page.query('SELECT FROM warehouse_lease WHERE fence = $1 FOR NO KEY UPDATE', [run.fence]);
  expect(await claim()).toBeNull();
  await page.query('COMMIT');
  expect(await claim()).not.toBeNull();
});

test('a run that ends while another takes it over does not give the other lease away', async () => {
  const run = await claimNow(database);
  const claiming = new pg.Client({ connectionString: database.url });
  await claiming.connect();
  onTestFinished(() => claiming.end());
  await claiming.query('BEGIN');
  await claiming.query(`UPDATE warehouse_lease SET fence = fence + 1, holder = 'other'`);
  const ending = finish(database, run);
  await expect
    .poll(() => database.sql(`SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'`))
    .toHaveLength(1);
  await claiming.query(`UPDATE warehouse_syncs SET state = 'failed' WHERE id = $1`, [run.syncId]);
  await claiming.query('COMMIT');
  expect(await ending).toBe(false);
  expect(await readLease(database)).toMatchObject({ holder: 'other', succeeded: false });
});

test('a renewed lease is kept beyond its first end', async () => {
  const run = await claimNow(database, { leaseMs: 1 });
  expect(await renewWarehouseLease(database, run.fence, 60_000)).toBe(true);
  expect(await claim()).toBeNull();
});

test.each([
  ['completed', false, 300, 9, true],
  ['stopped', false, 300, 4, false],
  ['failed', false, 60, 4, false],
  ['completed', true, 3_600, 4, false],
] as const)(
  'a run that %s (dry: %s) is followed by the next after %d s',
  async (state, dryRun, next, last_sequence, succeeded) => {
    await database.sql('UPDATE warehouse_lease SET last_sequence = 4');
    await requestWarehouseSync(database, { ...operator, dryRun });
    const run = await claim();
    if (run === null) throw new Error('no run');
    expect(await finish(database, run, { state, sequence: 9, error: 'why' })).toBe(true);
    const lease = await readLease(database);
    expect(lease).toMatchObject({ holder: null, last_sequence, succeeded });
    expect(Math.abs(lease.next - next)).toBeLessThanOrEqual(2);
    expect(await finish(database, run)).toBe(false);
    expect(await readWarehouseSync(database, run.syncId, 1)).toMatchObject({ state, error: 'why' });
  },
);

test('a run whose worker was stopped is asked for again, as it was', async () => {
  await requestWarehouseSync(database, { ...operator, force: true });
  const run = await claim();
  if (run === null) throw new Error('no run');
  await finish(database, run, { state: 'failed', startOver: true });
  const again = await claim();
  expect(again).toMatchObject({ actor: 'operator:ann', force: true, dryRun: false });
  expect(again?.syncId).not.toBe(run.syncId);
});
