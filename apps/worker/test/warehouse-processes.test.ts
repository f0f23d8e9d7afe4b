import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { listWarehouseSyncs } from '@orders/database/warehouse/list-warehouse-syncs';
import { findFreePort } from '@orders/local-services/free-port';
import { startProcess, type SupervisedProcess } from '@orders/local-services/start-process';
import type { Redis } from '@orders/local-services/start-redis';
import { startTestRedis } from '@orders/local-services/start-test-redis';
import { waitUntil } from '@orders/local-services/wait-until';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { waitForEnd } from './warehouse-sync-runs.ts';
import { startWorld, type WarehouseWorld } from './warehouse-world.ts';

const MAIN = path.resolve(import.meta.dirname, '../dist/main.js');

interface WorkerProcess {
  readonly process: SupervisedProcess;
  readonly internalUrl: string;
  readonly logFile: string;
}

let world: WarehouseWorld;
let redis: Redis;
let folder: string;
let workers: WorkerProcess[] = [];
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'warehouse-workers-'));
  [world, redis] = await Promise.all([startWorld(), startTestRedis()]);
});
beforeEach(async () => {
  workers = await Promise.all([startWorkerProcess(), startWorkerProcess()]);
});
afterEach(async () => {
  await world.breakFeed('');
  await Promise.all(workers.map(({ process }) => process.close()));
  await world.expectStockAddsUp();
});
afterAll(async () => {
  await redis.close();
  await world.close();
  await rm(folder, { recursive: true });
});

let names = 0;
async function startWorkerProcess(): Promise<WorkerProcess> {
  names += 1;
  const internalPort = await findFreePort();
  const internalUrl = `http://127.0.0.1:${internalPort}`;
  const logFile = path.join(folder, `worker-${names}.ndjson`);
  const process = startProcess({
    name: `worker-${names}`,
    command: globalThis.process.execPath,
    args: [MAIN],
    logFile,
    readyUrl: `${internalUrl}/health/ready`,
    env: {
      NODE_ENV: 'test',
      DATABASE_URL: world.databaseUrl,
      REDIS_URL: redis.url,
      INTERNAL_PORT: String(internalPort),
      PAYMENT_PROVIDER_URL: world.url,
      WAREHOUSE_URL: world.url,
      WAREHOUSE_SYNC_INTERVAL_SECONDS: '0.5',
      WAREHOUSE_LEASE_MS: '1500',
      WAREHOUSE_PAGE_ROWS: '5',
    },
  });
  await process.ready;
  return { process, internalUrl, logFile };
}

/** The worker that reads a slow snapshot now, its run, and the worker that does not. */
async function findRunner(): Promise<{
  runner: WorkerProcess;
  other: WorkerProcess;
  syncId: string;
}> {
  return waitUntil(
    async () => {
      const [run] = await listWarehouseSyncs(world.database, 1);
      const lease = await world.database.prisma.warehouseLease.findUnique({ where: { id: 1 } });
      const isHolder = ({ process }: WorkerProcess) =>
        lease?.holder?.endsWith(`:${process.pid}`) === true;
      const runner = workers.find(isHolder);
      const other = workers.find((worker) => worker !== runner);
      const isReading = run?.state === 'running' && run.sequence !== null;
      return isReading && runner && other && { runner, other, syncId: run.id };
    },
    { what: 'a worker in the middle of a snapshot', timeoutMs: 20_000 },
  );
}

/** A completed run that began after another. */
function waitForRunAfter(syncId: string): Promise<unknown> {
  return waitUntil(
    async () => {
      const runs = await listWarehouseSyncs(world.database, 20);
      const since = runs.slice(
        0,
        runs.findIndex(({ id }) => id === syncId),
      );
      return since.some(({ state }) => state === 'completed');
    },
    { what: 'another worker to complete a run', timeoutMs: 20_000 },
  );
}

test('a worker that is killed in the middle of a run is replaced by another, which starts over', async () => {
  const [sku = ''] = world.skus;
  await world.breakFeed('stock.delay=400');
  const { runner, syncId } = await findRunner();
  runner.process.kill();
  await world.breakFeed('');
  await world.count({ [sku]: 345 });
  await waitForRunAfter(syncId);
  expect(await waitForEnd(world.database, syncId)).toMatchObject({
    state: 'failed',
    error: 'its worker died or stood still, and another took over',
  });
  await expect.poll(() => world.readStock(sku), { timeout: 10_000 }).toMatchObject({ onHand: 345 });
});

test('a worker that was frozen in the middle of a run is taken over, and does nothing when it thaws', async () => {
  const [, sku = ''] = world.skus;
  await world.breakFeed('stock.delay=400');
  const { runner, syncId } = await findRunner();
  runner.process.signal('SIGSTOP');
  await world.breakFeed('');
  await world.count({ [sku]: 222 });
  await waitForRunAfter(syncId);
  await expect.poll(() => world.readStock(sku), { timeout: 10_000 }).toMatchObject({ onHand: 222 });
  const movements = await world.countMovements();
  runner.process.signal('SIGCONT');
  await waitUntil(
    async () => (await readFile(runner.logFile, 'utf8')).includes('took this warehouse sync over'),
    { what: 'the frozen worker to notice', timeoutMs: 20_000 },
  );
  expect(await world.countMovements()).toBe(movements);
  expect(await waitForEnd(world.database, syncId)).toMatchObject({ state: 'failed' });
  expect((await fetch(`${runner.internalUrl}/health/ready`)).status).toBe(200);
});

test('the age of the stock and what is short can be read from every worker', async () => {
  const [, , sku = ''] = world.skus;
  await world.count({ [sku]: -4 });
  await expect.poll(() => world.readStock(sku), { timeout: 10_000 }).toMatchObject({ onHand: -4 });
  for (const { internalUrl } of workers) {
    await waitUntil(
      async () => {
        const text = await (await fetch(`${internalUrl}/metrics`)).text();
        return (
          /^orders_stock_shortfalls_open 1$/m.test(text) &&
          /^orders_warehouse_sync_age_seconds \d/m.test(text)
        );
      },
      { what: 'the gauges', timeoutMs: 20_000, intervalMs: 250 },
    );
  }
});

test('a delivery to the warehouse serves the order that waits for it', async () => {
  const [, , , sku = ''] = world.skus;
  const [orderId = ''] = await world.reserve({ [sku]: 150 });
  const readStatus = async () =>
    (await world.database.prisma.order.findUniqueOrThrow({ where: { id: orderId } })).status;
  expect(await readStatus()).toBe('backordered');
  await world.count({ [sku]: 160 });
  await expect.poll(readStatus, { timeout: 15_000 }).toBe('completed');
  await expect.poll(() => world.readShelf(sku)).toMatchObject({ onHand: 10, salesIncluded: 150 });
});
