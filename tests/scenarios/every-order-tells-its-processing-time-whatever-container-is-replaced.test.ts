import { scalingSchema } from '@orders/domain/contracts/queue';
import type { Order } from '@orders/domain/contracts/order';
import { waitUntil } from '@orders/local-services/wait-until';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, type Shop } from './open-shop.ts';

// Processes as compose runs them: told everything by their environment, stopped by SIGTERM,
// started afresh, and replicated at will. That the images themselves run is shown in tests/deploy.
let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop?.close());

/** Seconds from its first pick-up until it was completed. */
function processingSeconds({ id, processingStartedAt, completedAt }: Order): number {
  if (processingStartedAt === null || completedAt === null) throw new Error(`${id} is not through`);
  return (Date.parse(completedAt) - Date.parse(processingStartedAt)) / 1_000;
}

test('before the first order every metric is zero', async () => {
  expect(await shop.metrics()).toMatchObject({
    totalOrders: 0,
    processedCount: 0,
    averageProcessingTime: 0,
    orderCountsCoarse: { Pending: 0, Processing: 0, Completed: 0 },
  });
});

test('a completed order tells when it was picked up and finished, and how long its payment took shows', async () => {
  const placed = await shop.place({ simulate: 'delay:600' });
  expect(placed).toMatchObject({ processingStartedAt: null, completedAt: null });
  const order = await shop.until(placed.id, 'completed');
  expect(processingSeconds(order)).toBeGreaterThanOrEqual(0.6);
  expect(order.processingFinishedAt).toBe(order.completedAt);
  expect(Date.parse(order.createdAt)).toBeLessThanOrEqual(
    Date.parse(order.processingStartedAt ?? ''),
  );
});

test('an order that is turned down was processed too, but counts as none that was completed', async () => {
  const before = await shop.metrics();
  const { id } = await shop.place({ simulate: 'decline' });
  const order = await shop.until(id, 'rejected');
  expect(order.processingFinishedAt).not.toBeNull();
  expect(order.completedAt).toBeNull();
  const { processedCount, averageProcessingTime } = before;
  expect(await shop.metrics()).toMatchObject({
    totalOrders: before.totalOrders + 1,
    processedCount,
    averageProcessingTime,
  });
});

test('the average processing time is that of the completed orders, to the millisecond', async () => {
  const placed = await Promise.all(
    [100, 200, 300, 400, 500].map((ms) => shop.place({ simulate: `delay:${ms}` })),
  );
  for (const { id } of placed) await shop.until(id, 'completed');
  const completed = await shop.list('?status=completed&limit=100');
  const total = completed.reduce((sum, order) => sum + processingSeconds(order), 0);
  const { processedCount, averageProcessingTime } = await shop.metrics();
  expect(processedCount).toBe(completed.length);
  expect(averageProcessingTime).toBeCloseTo(total / completed.length, 3);
});

test('one more worker is a replica like the first: it is seen, and orders go on when the first is stopped', async () => {
  const second = await shop.system.addWorker();
  await second.ready();
  const workers = async () =>
    scalingSchema.parse((await shop.ask('GET', '/admin/scaling')).body).workers;
  await waitUntil(async () => (await workers()) === 2, {
    what: 'two workers to be seen',
    timeoutMs: 20_000,
  });
  const [first] = shop.system.workers;
  expect(await first?.stop()).toMatchObject({ code: 0, signal: null });
  const { id } = await shop.place();
  await shop.until(id, 'completed');
});

test('with every container replaced the orders, their times and the metrics are what they were', async () => {
  const { api, workers } = shop.system;
  const metrics = await shop.metrics();
  const orders = await shop.list('?limit=100');
  for (const service of [...workers.filter(({ pid }) => pid !== null), api]) {
    expect(await service.stop()).toMatchObject({ code: 0, signal: null });
  }
  await api.start();
  expect(await shop.metrics()).toEqual(metrics);
  expect(await shop.list('?limit=100')).toEqual(orders);

  // Taken without a worker, done by the one that comes.
  const { id } = await shop.place();
  expect((await shop.read(id)).status).toBe('pending');
  await workers[0]?.start();
  await shop.until(id, 'completed');
  expect((await shop.metrics()).processedCount).toBe(metrics.processedCount + 1);
});

test('an order that is under way while its worker is replaced completes, and is charged once', async () => {
  const { id } = await shop.place({ simulate: 'delay:1200' });
  await shop.until(id, 'reserved');
  const [worker] = shop.system.workers;
  expect(await worker?.stop()).toMatchObject({ code: 0, signal: null });
  await worker?.start();
  await shop.until(id, 'completed');
  expect((await shop.system.provider.ledger(id)).charges).toHaveLength(1);
  expect(await shop.system.violations()).toEqual([]);
});
