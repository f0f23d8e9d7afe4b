import { listWarehouseSyncs } from '@orders/database/warehouse/list-warehouse-syncs';
import { requestWarehouseSync } from '@orders/database/warehouse/request-warehouse-sync';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { RunningWarehouseSync } from '../src/warehouse/start-warehouse-sync.ts';
import { startSync, sync, waitForEnd, waitForRunning } from './warehouse-sync-runs.ts';
import { startWorld, UNITS, type WarehouseWorld } from './warehouse-world.ts';

let world: WarehouseWorld;
let syncer: RunningWarehouseSync;
let raises = 0;
beforeAll(async () => {
  world = await startWorld();
  syncer = startSync(world, { onRaised: () => (raises += 1) });
});
afterEach(async () => {
  await world.breakFeed('');
  await world.expectStockAddsUp();
});
afterAll(async () => {
  await syncer.close();
  await world.close();
});

const [A, B, C, D, E, F] = [
  'CABLE-0001',
  'CHAIR-0001',
  'DESK-0001',
  'KNIFE-0001',
  'LAMP-0001',
  'MUG-0001',
] as const;

test('a delivery and a loss come in, and nothing else is touched', async () => {
  await world.count({ [A]: UNITS + 20, [B]: UNITS - 4 });
  const run = await sync(world);
  expect(run).toMatchObject({
    state: 'completed',
    error: null,
    rowsSeen: 30,
    rowsChanged: 2,
    rowsBad: 0,
    rowsUnknown: 0,
  });
  expect(run.rows.map(({ sku, before, after }) => [sku, before, after])).toEqual([
    [A, UNITS, UNITS + 20],
    [B, UNITS, UNITS - 4],
  ]);
  expect(await world.readStock(A)).toMatchObject({ onHand: UNITS + 20 });
  expect(raises).toBe(1);
  expect(await sync(world)).toMatchObject({ state: 'completed', rowsChanged: 0 });
  expect(await world.countMovements()).toBe(2);
});

test('sales reach the warehouse once, and never lower stock twice', async () => {
  await world.sell({ [C]: 3, [D]: 2 });
  expect(await sync(world)).toMatchObject({ state: 'completed', rowsChanged: 0 });
  expect(await world.readShelf(C)).toMatchObject({ onHand: UNITS - 3, salesIncluded: 3 });
  expect(await world.readStock(C)).toEqual({ onHand: UNITS - 3, reserved: 0, sold: 3 });
  // Half of them have not left the shelf yet, and more are sold meanwhile.
  await world.breakFeed('stock.sales-lag=1');
  await world.sell({ [C]: 4 });
  expect(await sync(world)).toMatchObject({ state: 'completed', rowsChanged: 0 });
  expect(await world.readStock(C)).toEqual({ onHand: UNITS - 7, reserved: 0, sold: 7 });
});

test('sales during runs are neither lost nor taken twice', async () => {
  const before = await world.readStock(E);
  let selling = true;
  const sales = (async () => {
    for (let n = 0; n < 25; n += 1) await world.sell({ [E]: 1, [F]: 1 });
    selling = false;
  })();
  while (selling) {
    await world.count({ [A]: 500 + Math.round(Math.random() * 100) });
    expect(await sync(world)).toMatchObject({ state: 'completed' });
  }
  await sales;
  expect(await sync(world)).toMatchObject({ state: 'completed', rowsChanged: 0 });
  expect(await world.readStock(E)).toEqual({ ...before, onHand: before.onHand - 25, sold: 25 });
});

test('a dry run changes nothing on either side, and says what a real one would change', async () => {
  await world.sell({ [D]: 1 });
  await world.count({ [A]: 7, [B]: 8 });
  const shelf = await world.readShelf(D);
  const stock = await world.database.prisma.inventory.findMany({ orderBy: { sku: 'asc' } });
  const movements = await world.countMovements();
  const run = await sync(world, { dryRun: true });
  expect(run).toMatchObject({ state: 'completed', dryRun: true, rowsChanged: 2 });
  expect(run.rows.map(({ sku, after }) => [sku, after])).toEqual([
    [A, 7],
    [B, 8],
  ]);
  expect(await world.readShelf(D)).toEqual(shelf);
  expect(await world.countMovements()).toBe(movements);
  expect(await world.database.prisma.inventory.findMany({ orderBy: { sku: 'asc' } })).toEqual(
    stock,
  );
});

test('what was adjusted by hand before the snapshot gives way to its count', async () => {
  await world.adjust(F, 5);
  const { onHand } = await world.readStock(F);
  expect(await sync(world)).toMatchObject({ state: 'completed' });
  expect(await world.readStock(F)).toMatchObject({ onHand: onHand - 5 });
});

test('bad and unknown rows are reported, and the good ones beside them are applied', async () => {
  await world.breakFeed('stock.bad-rows=1');
  await world.count({ [B]: 55 });
  const run = await sync(world);
  // On each of three pages: seven bad rows, and one of a SKU that nobody has.
  expect(run).toMatchObject({
    state: 'completed',
    rowsSeen: 30 + 24,
    rowsChanged: 1,
    rowsUnknown: 1,
    rowsBad: 23,
  });
  expect(run.rows.filter(({ outcome }) => outcome === 'unknown')).toMatchObject([
    { sku: 'NO-SUCH-SKU' },
  ]);
  expect(run.rows.filter(({ outcome }) => outcome === 'changed')).toMatchObject([
    { sku: B, after: 55 },
  ]);
  expect(await world.readStock(B)).toMatchObject({ onHand: 55 });
});

test('an empty feed stops, and does nothing even when it is forced', async () => {
  await world.breakFeed('stock.empty-feed=1');
  const movements = await world.countMovements();
  expect(await sync(world)).toMatchObject({
    state: 'stopped',
    error: 'the feed is empty: no row of it is about a SKU of the catalogue',
  });
  expect(await sync(world, { dryRun: true })).toMatchObject({ state: 'stopped' });
  expect(await sync(world, { force: true })).toMatchObject({ state: 'completed', rowsSeen: 0 });
  expect(await world.countMovements()).toBe(movements);
});

test('a feed that changes a third of the catalogue stops before any of it, and passes with force', async () => {
  const third = world.skus.slice(-10);
  await world.count(Object.fromEntries(third.map((sku) => [sku, 1])));
  const movements = await world.countMovements();
  const stopped = await sync(world);
  expect(stopped).toMatchObject({
    state: 'stopped',
    error: '10 of 30 SKUs would change',
    rowsChanged: 0,
  });
  expect(await world.countMovements()).toBe(movements);
  const dry = await sync(world, { dryRun: true });
  expect(dry).toMatchObject({ state: 'stopped', rowsChanged: 10 });
  expect(await sync(world, { force: true })).toMatchObject({ state: 'completed', rowsChanged: 10 });
  expect(await world.readStock(third[0] ?? '')).toMatchObject({ onHand: 1 });
});

test('an old snapshot that comes after a new one is not applied', async () => {
  await sync(world);
  await world.count({ [A]: 250 });
  expect(await sync(world)).toMatchObject({ state: 'completed', rowsChanged: 1 });
  await world.breakFeed('stock.old-snapshot=1');
  const run = await sync(world);
  expect(run.state).toBe('stopped');
  expect(run.error).toMatch(/^snapshot \d+ is older than \d+, which was applied$/);
  expect(await world.readStock(A)).toMatchObject({ onHand: 250 });
});

test('a shortfall opens by a count and closes by the next, and orders that were paid complete', async () => {
  const open = () =>
    world.database.prisma.stockShortfall.findMany({ where: { sku: A, closedAt: null } });
  const ids = await world.reserve({ [A]: 20 });
  await world.count({ [A]: 5 });
  expect(await sync(world)).toMatchObject({ state: 'completed' });
  expect(await world.readStock(A)).toMatchObject({ onHand: 5, reserved: 20 });
  expect(await open()).toMatchObject([{ missing: 15n }]);
  await world.settle(ids);
  await world.count({ [A]: 40 });
  expect(await sync(world)).toMatchObject({ state: 'completed' });
  // 40 were counted before the warehouse heard of the 20 that are to leave.
  expect(await world.readStock(A)).toMatchObject({ onHand: 20, reserved: 0 });
  expect(await open()).toEqual([]);
});

test('a warehouse that breaks off in the middle of pages fails the run, and nothing is applied', async () => {
  await world.count({ [A]: 77 });
  await world.breakFeed('stock.partial=1');
  const run = await sync(world);
  expect(run).toMatchObject({ state: 'failed', rowsChanged: 0 });
  expect(run.error).toMatch(/^GET \/warehouse\/stock/);
  expect(await world.readStock(A)).not.toMatchObject({ onHand: 77 });
  await world.breakFeed('warehouse.partial=0.2,warehouse.503=0.1,warehouse.garbage=0.1');
  expect(await sync(world)).toMatchObject({ state: 'completed', rowsChanged: 1 });
  expect(await world.readStock(A)).toMatchObject({ onHand: 77 });
});

test('overlapping workers make one run at a time', async () => {
  const others = [startSync(world), startSync(world), startSync(world)];
  await world.breakFeed('stock.delay=30');
  const before = (await listWarehouseSyncs(world.database, 1_000)).length;
  for (let n = 0; n < 4; n += 1) expect(await sync(world)).toMatchObject({ state: 'completed' });
  const runs = (await listWarehouseSyncs(world.database, 1_000)).slice(0, -before).toReversed();
  expect(runs).toHaveLength(4);
  for (const [n, run] of runs.entries()) {
    expect(run.startedAt ?? '').toMatch(/Z$/);
    if (n > 0) expect((run.startedAt ?? '') >= (runs[n - 1]?.finishedAt ?? '')).toBe(true);
  }
  await Promise.all(others.map((other) => other.close()));
});

test('a run whose worker is stopped ends at once, and another worker starts it over', async () => {
  await syncer.close();
  const stopped = startSync(world);
  await world.breakFeed('stock.delay=60000');
  const asked = await requestWarehouseSync(world.database, {
    dryRun: false,
    force: false,
    actor: 'op',
  });
  await waitForRunning(world.database);
  await stopped.close();
  const first = await waitForEnd(world.database, asked.sync.id);
  expect(first).toMatchObject({
    state: 'failed',
    error: 'its worker was stopped; asked for again',
  });
  await world.breakFeed('');
  syncer = startSync(world);
  const [again] = await listWarehouseSyncs(world.database, 1);
  expect(again).toMatchObject({ actor: 'op' });
  expect(await waitForEnd(world.database, again?.id ?? '')).toMatchObject({ state: 'completed' });
});

test('with an interval, runs follow each other by themselves', async () => {
  await syncer.close();
  await world.database.prisma.warehouseLease.updateMany({ data: { nextRunAt: new Date(0) } });
  const before = (await listWarehouseSyncs(world.database, 1_000)).length;
  syncer = startSync(world, { intervalMs: 50 });
  await expect
    .poll(async () => (await listWarehouseSyncs(world.database, 1_000)).length, { timeout: 10_000 })
    .toBeGreaterThanOrEqual(before + 3);
  const [newest] = await listWarehouseSyncs(world.database, 1);
  expect(newest).toMatchObject({ actor: 'system' });
});
