import { noteSnapshot } from '@orders/database/warehouse/note-snapshot';
import { claimWarehouseRun } from '@orders/database/warehouse/claim-warehouse-run';
import { requestWarehouseSync } from '@orders/database/warehouse/request-warehouse-sync';
import type { StockPage } from '@orders/domain/contracts/warehouse';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readSnapshot, type SnapshotResult } from '../src/warehouse/read-snapshot.ts';
import { runWarehouseSync } from '../src/warehouse/run-warehouse-sync.ts';
import { createWarehouseClient, type WarehouseClient } from '../src/warehouse/warehouse-client.ts';
import { startWorld, UNITS, type WarehouseWorld } from './warehouse-world.ts';

let world: WarehouseWorld;
let client: WarehouseClient;
const signal = new AbortController().signal;
beforeAll(async () => {
  world = await startWorld();
  client = createWarehouseClient({ url: world.url, timeoutMs: 2_000, pageRows: 10 });
});
afterEach(() => world.breakFeed(''));
afterAll(async () => {
  await client.close();
  await world.close();
});

/** The same client, but something happens after its n-th page (from 1). */
function afterPage(n: number, happens: () => Promise<void>): WarehouseClient {
  let pages = 0;
  return {
    ...client,
    async readPage(cursor, abort) {
      const answer = await client.readPage(cursor, abort);
      pages += 1;
      if (pages === n) await happens();
      return answer;
    },
  };
}

/** The same client, but its pages are changed on the way. */
function changePages(
  change: (page: StockPage, cursor: string | null) => StockPage,
): WarehouseClient {
  return {
    ...client,
    async readPage(cursor, abort) {
      const answer = await client.readPage(cursor, abort);
      return answer.kind === 'answer' ? { ...answer, value: change(answer.value, cursor) } : answer;
    },
  };
}

function read(reader: WarehouseClient, maxRows = 1_000): Promise<SnapshotResult> {
  const onSnapshot = ({ asOf }: StockPage) => Promise.resolve(new Date(asOf));
  return readSnapshot({ client: reader, maxRows, signal, onSnapshot });
}

test.each(['500', '503', '429', 'drop', 'drop-before', 'garbage', 'huge', 'partial', '500-after'])(
  'a %s is no answer, neither for a page nor for a report',
  async (fault) => {
    await world.breakFeed(`warehouse.${fault}=1`);
    expect(await client.readPage(null, signal)).toMatchObject({ kind: 'unavailable' });
    const totals = [{ sku: 'A', sold: 1 }];
    expect(await client.reportSold({ totals }, signal)).toMatchObject({ kind: 'unavailable' });
  },
);

test.each(['hang-before', 'hang-after', 'slow-body'])(
  'a %s ends with the time-out of the whole call',
  async (fault) => {
    const hasty = createWarehouseClient({ url: world.url, timeoutMs: 200, pageRows: 10 });
    await world.breakFeed(`warehouse.${fault}=1`);
    expect(await hasty.readPage(null, signal)).toMatchObject({
      kind: 'unavailable',
      error: expect.stringContaining('TimeoutError'),
    });
    await hasty.close();
  },
);

test('a request that the warehouse refuses is not made again', async () => {
  expect(await client.readPage('never-given-out', signal)).toMatchObject({ kind: 'refused' });
  const nobody = createWarehouseClient({ url: `${world.url}/x`, timeoutMs: 2_000, pageRows: 10 });
  expect(await read(nobody)).toEqual({
    kind: 'failed',
    error: 'GET /warehouse/stock?limit=10 was answered with 404',
  });
  await nobody.close();
});

test('a snapshot is read to its end over all pages, as it was at its first', async () => {
  const busy = afterPage(1, () => world.count({ [world.skus[29] ?? '']: 1 }));
  const snapshot = await read(busy);
  expect(snapshot).toMatchObject({ kind: 'snapshot' });
  if (snapshot.kind !== 'snapshot') return;
  expect(snapshot.rows).toHaveLength(30);
  expect(snapshot.rows.at(-1)).toMatchObject({ row: { onHand: UNITS } });
  await world.count({ [world.skus[29] ?? '']: UNITS });
});

test('a snapshot that is gone in the middle is given up for a new one', async () => {
  let snapshots: number[] = [];
  const slow = afterPage(2, async () => {
    // Eight newer ones: more are not kept.
    for (let n = 0; n < 8; n += 1) await client.readPage(null, signal);
  });
  const result = await readSnapshot({
    client: slow,
    maxRows: 1_000,
    signal,
    onSnapshot: ({ sequence, asOf }) => {
      snapshots = [...snapshots, sequence];
      return Promise.resolve(new Date(asOf));
    },
  });
  expect(snapshots).toHaveLength(2);
  expect(result).toMatchObject({ kind: 'snapshot', sequence: snapshots[1] });
});

test('one that is always gone fails after three', async () => {
  let tries = 0;
  const hopeless: WarehouseClient = {
    ...client,
    readPage(cursor, abort) {
      if (cursor === null) tries += 1;
      return cursor === null ? client.readPage(null, abort) : Promise.resolve({ kind: 'gone' });
    },
  };
  expect(await read(hopeless)).toMatchObject({ kind: 'failed' });
  expect(tries).toBe(3);
});

test.each<[string, (page: StockPage, cursor: string | null) => StockPage, RegExp]>([
  [
    'pages of different snapshots',
    (page, cursor) => (cursor === null ? page : { ...page, sequence: page.sequence + 1 }),
    /^a page of snapshot \d+ came among those of \d+$/,
  ],
  [
    'an empty page that is not the last',
    (page) => ({ ...page, rows: [] }),
    /^an empty page is not the last$/,
  ],
  [
    'pages without an end',
    (page) => ({ ...page, nextCursor: `${page.sequence}-0` }),
    /^the snapshot has more than 1000 rows$/,
  ],
])('%s are a failure, not half a snapshot', async (_name, change, error) => {
  const result = await read(changePages(change));
  expect(result).toEqual({ kind: 'failed', error: expect.stringMatching(error) });
});

test('a snapshot of too many rows is not read to its end', async () => {
  expect(await read(client, 29)).toEqual({
    kind: 'failed',
    error: 'the snapshot has more than 29 rows',
  });
});

test('calls end with the signal, not with their own time-out', async () => {
  await world.breakFeed('stock.hang-before=1');
  const stop = new AbortController();
  const reading = readSnapshot({
    client,
    maxRows: 1_000,
    signal: stop.signal,
    onSnapshot: () => Promise.resolve(null),
  });
  const startedAt = performance.now();
  stop.abort();
  expect(await reading).toMatchObject({ kind: 'failed' });
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});

test('sold and adjusted after the snapshot was taken and before it arrives: both stay as they are', async () => {
  const [sku = '', other = ''] = world.skus;
  await world.sell({ [sku]: 2 });
  await world.count({ [other]: UNITS - 30 });
  await requestWarehouseSync(world.database, { dryRun: false, force: false, actor: 'op' });
  const claim = { holder: 'test', leaseMs: 60_000, intervalMs: null };
  const run = await claimWarehouseRun(world.database, claim);
  if (run === null) throw new Error('no run');
  const late = afterPage(1, async () => {
    await world.sell({ [sku]: 5, [other]: 1 });
    await world.adjust(sku, -3);
    await world.adjust(other, 4);
  });
  const parts = {
    database: world.database,
    client: late,
    maxRows: 1_000,
    onRaised: () => {},
    onProgress: () => {},
  };
  expect(await runWarehouseSync(parts, run, signal)).toMatchObject({
    kind: 'ended',
    state: 'completed',
    rowsChanged: 1,
  });
  expect(await world.readStock(sku)).toEqual({ onHand: UNITS - 10, reserved: 0, sold: 7 });
  expect(await world.readStock(other)).toEqual({ onHand: UNITS - 27, reserved: 0, sold: 1 });
  await world.expectStockAddsUp();
});

test('a run that was taken over while it read does nothing more', async () => {
  await world.database.prisma.warehouseLease.updateMany({ data: { expiresAt: new Date(0) } });
  await requestWarehouseSync(world.database, { dryRun: false, force: false, actor: 'op' });
  const claim = { holder: 'test', leaseMs: 60_000, intervalMs: null };
  const run = await claimWarehouseRun(world.database, claim);
  if (run === null) throw new Error('no run');
  await world.count({ [world.skus[5] ?? '']: 1 });
  const frozen = afterPage(3, async () => {
    await world.database.prisma.warehouseLease.updateMany({ data: { expiresAt: new Date(0) } });
    await requestWarehouseSync(world.database, { dryRun: false, force: false, actor: 'op' });
    expect(await claimWarehouseRun(world.database, claim)).not.toBeNull();
  });
  const parts = {
    database: world.database,
    client: frozen,
    maxRows: 1_000,
    onRaised: () => {},
    onProgress: () => {},
  };
  const movements = await world.countMovements();
  expect(await runWarehouseSync(parts, run, signal)).toEqual({ kind: 'fenced' });
  expect(await world.countMovements()).toBe(movements);
  const seen = { syncId: run.syncId, fence: run.fence, sequence: 1, asOf: new Date() };
  expect(await noteSnapshot(world.database, seen)).toBeNull();
});
