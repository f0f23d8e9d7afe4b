import { waitUntil } from '@orders/local-services/wait-until';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { printFigures } from '../harness/figures.ts';
import { startStores } from '../harness/start-stores.ts';
import { startSystem, type System } from '../harness/start-system.ts';
import { thenAllIsWell } from '../harness/story.ts';
import {
  askForSync,
  countShelves,
  deliver,
  readOnHand,
  syncUntilCompleted,
  untilSynced,
} from '../harness/warehouse.ts';

// One system for the whole file: each story leaves its stock as it should be.
const SKU = 'BLANKET-0001';

let system: System;

beforeAll(async () => {
  const stores = await startStores();
  system = await startSystem({
    stores,
    warehouse: true,
    workers: [{}, {}, {}],
    workerEnv: { WAREHOUSE_PAGE_ROWS: '20' },
  });
});

afterAll(async () => {
  printFigures('warehouse');
  await system.close();
  await system.stores.close();
});

beforeEach(async () => {
  await system.provider.change({ faults: '' });
  await countShelves(system);
  await syncUntilCompleted(system);
});

function sell(count: number, simulate?: string): Promise<string[]> {
  const items = [{ sku: SKU, quantity: 1 }];
  return Promise.all(Array.from({ length: count }, () => system.client.place({ items, simulate })));
}

test('syncs asked for by many at once: one runs at a time, and a delivery counts once', async () => {
  const before = await readOnHand(system, SKU);
  await deliver(system, SKU, 10);
  await system.provider.change({ faults: 'stock.delay=150,sold.delay=150' });
  let most = 0;
  for (let round = 0; round < 3; round += 1) {
    const [id] = await Promise.all(Array.from({ length: 8 }, () => askForSync(system)));
    await waitUntil(
      async () => {
        const where = { state: 'running' };
        most = Math.max(most, await system.database.prisma.warehouseSync.count({ where }));
        const run = await system.database.prisma.warehouseSync.findUnique({
          where: { id: id ?? '' },
        });
        return run?.finishedAt !== null;
      },
      { what: 'the run to end', timeoutMs: 30_000 },
    );
  }
  expect(most).toBe(1);
  expect(await readOnHand(system, SKU)).toBe(before + 10);
  await thenAllIsWell(system, { fault: 'overlapping syncs' });
});

test.each([
  ['breaks off in the middle of a page', 'stock.partial=1', 'failed'],
  ['sends no row', 'stock.empty-feed=1', 'stopped'],
  ['sends a snapshot older than the last one', 'stock.old-snapshot=1', 'stopped'],
  ['is away', 'stock.503=1', 'failed'],
  ['answers garbage', 'stock.garbage=1', 'failed'],
])(
  'a feed that %s changes nothing, and the next sync finds the delivery once',
  async (what, faults, state) => {
    // The oldest snapshot that is still kept knows nothing of what came since.
    await deliver(system, SKU, 5);
    await syncUntilCompleted(system);
    const before = await readOnHand(system, SKU);
    await deliver(system, SKU, 7);
    await system.provider.change({ faults });
    expect(await untilSynced(system, await askForSync(system))).toMatchObject({
      state,
      rowsChanged: 0,
    });
    expect(await readOnHand(system, SKU)).toBe(before);

    await system.provider.change({ faults: '' });
    await syncUntilCompleted(system);
    expect(await readOnHand(system, SKU)).toBe(before + 7);
    await thenAllIsWell(system, { fault: `feed ${what}` });
  },
);

test('bad and unknown rows are told of, and the good ones are applied', async () => {
  const before = await readOnHand(system, SKU);
  await deliver(system, SKU, 3);
  await system.provider.change({ faults: 'stock.bad-rows=1' });
  const run = await untilSynced(system, await askForSync(system));
  expect(run).toMatchObject({ state: 'completed', rowsChanged: 1 });
  expect(run.rowsBad).toBeGreaterThan(0);
  expect(run.rowsUnknown).toBeGreaterThan(0);
  expect(await readOnHand(system, SKU)).toBe(before + 3);
  await thenAllIsWell(system, { fault: 'feed with bad and unknown rows' });
});

test.each([
  ['taken before and arriving after them', 'stock.delay=600'],
  ['that has heard of them but not yet shipped them', 'stock.sales-lag=1'],
])('sales under a snapshot %s lower the stock once', async (what, faults) => {
  const before = await readOnHand(system, SKU);
  await system.provider.change({ faults });
  const sold = sell(40, 'delay:200');
  await untilSynced(system, await askForSync(system));
  await sold;
  await waitUntil(async () => (await readOnHand(system, SKU)) === before - 40, {
    what: 'all sales to be subtracted once',
    timeoutMs: 20_000,
  });
  await system.provider.change({ faults: '' });
  await syncUntilCompleted(system);
  expect(await readOnHand(system, SKU)).toBe(before - 40);
  await thenAllIsWell(system, { fault: `sales under a snapshot ${what}` });
});

test('the warehouse counts fewer than are reserved, then the captured orders settle: they complete, and the shortfall is open', async () => {
  const { prisma } = system.database;
  const sold = sell(30, 'delay:1300');
  await waitUntil(
    async () => (await prisma.order.count({ where: { status: 'reserved' } })) === 30,
    {
      what: 'all to be under way',
      timeoutMs: 20_000,
    },
  );
  await system.provider.call('PUT', '/warehouse/stock', { rows: [{ sku: SKU, onHand: 12 }] });
  await syncUntilCompleted(system);
  await sold;
  await thenAllIsWell(system, { fault: 'the warehouse counts fewer than are reserved' });
  expect(await prisma.order.count({ where: { status: { not: 'completed' } } })).toBe(0);
  const where = { sku: SKU, closedAt: null };
  expect(await prisma.stockShortfall.findMany({ where })).toMatchObject([{ missing: 18n }]);

  await deliver(system, SKU, 1_000);
  await syncUntilCompleted(system);
  expect(await prisma.stockShortfall.count({ where })).toBe(0);
});

test('a worker killed in the middle of a sync: another one takes over, and the delivery counts once', async () => {
  const before = await readOnHand(system, SKU);
  await deliver(system, SKU, 9);
  await system.provider.change({ faults: 'stock.delay=400' });
  const id = await askForSync(system);
  const lease = await waitUntil(
    () => system.database.prisma.warehouseLease.findFirst({ where: { holder: { not: null } } }),
    { what: 'a worker to hold the lease', timeoutMs: 10_000 },
  );
  const pid = Number(lease.holder?.split(':').at(-1));
  const holder = system.workers.find((worker) => worker.pid === pid);
  await holder?.kill();
  const since = performance.now();
  await untilSynced(system, id);
  await syncUntilCompleted(system);
  expect(await readOnHand(system, SKU)).toBe(before + 9);
  await thenAllIsWell(system, { fault: 'worker killed in a sync', since, withinSeconds: 20 });
  await holder?.start();
});
