import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orderStatusViewSchema } from '@orders/domain/contracts/order';
import { queueListSchema, scalingSchema } from '@orders/domain/contracts/queue';
import { describeFailure, runCommand } from '@orders/local-services/run-command';
import { waitUntil } from '@orders/local-services/wait-until';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { TOKENS } from '../harness/mint-token.ts';
import { REPOSITORY } from '../harness/start-stores.ts';
import { openShop, type Shop } from './open-shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop?.close());

async function readQueue() {
  const { data } = queueListSchema.parse((await shop.ask('GET', '/admin/queues')).body);
  const [queue] = data;
  if (queue === undefined) throw new Error('there is no queue');
  return queue;
}

async function readStatus(orderId: string, customerId: string): Promise<string> {
  const { body } = await shop.ask('GET', `/orders/${orderId}/status`, { as: customerId });
  return orderStatusViewSchema.parse(body).status;
}

test('an order waits in the queue as Pending, and is Completed once workers take from it', async () => {
  const before = await shop.metrics();
  const { name } = await readQueue();
  expect((await shop.ask('POST', `/admin/queues/${name}/pause`)).status).toBe(200);
  const placed = await Promise.all(
    ['kim', 'lee', 'mia'].map((customerId) => shop.place({ customerId })),
  );
  await waitUntil(async () => (await readQueue()).waiting === 3, {
    what: 'three jobs in the queue',
    timeoutMs: 10_000,
  });
  for (const { id, customerId } of placed) expect(await readStatus(id, customerId)).toBe('pending');
  expect(await shop.metrics()).toMatchObject({
    totalOrders: before.totalOrders + 3,
    processedCount: before.processedCount,
    orderCountsCoarse: { Pending: 3, Processing: 0 },
  });

  expect((await shop.ask('POST', `/admin/queues/${name}/resume`)).status).toBe(200);
  for (const { id, customerId } of placed) {
    await shop.until(id, 'completed');
    expect(await readStatus(id, customerId)).toBe('completed');
  }
  expect(await shop.metrics()).toMatchObject({
    processedCount: before.processedCount + 3,
    orderCountsCoarse: { Pending: 0, Processing: 0, Completed: before.processedCount + 3 },
  });
});

test('an order whose payment is under way counts as Processing', async () => {
  const { id } = await shop.place({ simulate: 'delay:1200' });
  await shop.until(id, 'reserved');
  expect((await shop.metrics()).orderCountsCoarse).toMatchObject({ Pending: 0, Processing: 1 });
  await shop.until(id, 'completed');
  expect((await shop.metrics()).orderCountsCoarse).toMatchObject({ Pending: 0, Processing: 0 });
});

/** Runs the load command as an operator would. Resolves with the object that it prints. */
async function runLoad(...options: string[]): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'orders-load-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { system } = shop;
  const args = ['apps/ops/dist/main.js', 'load', '--json', ...options];
  const result = await runCommand(process.execPath, args, {
    cwd: REPOSITORY,
    timeoutMs: 90_000,
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'test',
      LOCAL_FOLDER: folder,
      DATABASE_URL: system.databaseUrl,
      REDIS_URL: system.stores.redis.url,
      API_URL: system.apiUrl,
      PAYMENT_PROVIDER_URL: system.provider.url,
      JWT_SECRET: TOKENS.secret,
      JWT_ISSUER: TOKENS.issuer,
      JWT_AUDIENCE: TOKENS.audience,
    },
  });
  if (result.kind !== 'ended' || result.stdout === '') throw new Error(describeFailure(result));
  return JSON.parse(result.stdout);
}

test('1,000 orders at once are all accepted, each completes once, and the metrics have every one', async () => {
  const before = await shop.metrics();
  expect(await runLoad('--orders', '1000', '--connections', '1000')).toMatchObject({
    verdict: 'pass',
    failures: [],
    placed: 1_000,
    accepted: 1_000,
    distinctIds: 1_000,
    rows: 1_000,
    byStatus: { completed: 1_000 },
  });
  const after = await shop.metrics();
  expect(after).toMatchObject({
    totalOrders: before.totalOrders + 1_000,
    processedCount: before.processedCount + 1_000,
    orderCountsCoarse: { Pending: 0, Processing: 0, Completed: before.processedCount + 1_000 },
  });
  expect(after.averageProcessingTime).toBeGreaterThan(0);
});

test('after the load the queue is empty, nothing waits, and every promise was kept', async () => {
  const queue = await waitUntil(
    async () => {
      const seen = await readQueue();
      return seen.waiting + seen.active + seen.delayed === 0 ? seen : null;
    },
    { what: 'the queue to be empty', timeoutMs: 10_000 },
  );
  expect(queue).toMatchObject({ paused: false, oldestWaitingSeconds: null });
  const scaling = scalingSchema.parse((await shop.ask('GET', '/admin/scaling')).body);
  expect(scaling).toMatchObject({ waiting: 0, oldestWaitingSeconds: 0, degraded: false });
  expect(await shop.system.violations()).toEqual([]);
});
