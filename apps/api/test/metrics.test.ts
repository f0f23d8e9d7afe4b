import { seedOrders } from '@orders/database/seed-orders';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build, type TestApi } from './build.ts';
import { type CatalogueDatabase, KEYBOARD, startCatalogueDatabase } from './catalogue.ts';
import { operatorBearer } from './tokens.ts';

let catalogue: CatalogueDatabase;
let api: TestApi;

beforeAll(async () => {
  catalogue = await startCatalogueDatabase();
  api = await build({ env: { DATABASE_URL: catalogue.url } });
});
afterAll(async () => {
  await api?.close();
  await catalogue?.close();
});

const readMetrics = async () =>
  api.ask({ url: '/metrics', headers: { authorization: await operatorBearer() } });

test('metrics of nothing are zeros', async () => {
  const { status, headers, body } = await readMetrics();
  expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
  expect(body).toEqual({
    totalOrders: 0,
    processedCount: 0,
    averageProcessingTime: 0,
    orderCounts: {
      pending: 0,
      backordered: 0,
      reserved: 0,
      completed: 0,
      rejected: 0,
      cancelling: 0,
      cancelled: 0,
      failed: 0,
    },
    orderCountsCoarse: { Pending: 0, Processing: 0, Completed: 0 },
  });
});

test('a placed order is in the very next metrics', async () => {
  await api.place({ items: [{ sku: KEYBOARD, quantity: 1 }] });
  expect((await readMetrics()).body).toMatchObject({
    totalOrders: 1,
    processedCount: 0,
    orderCounts: { pending: 1 },
    orderCountsCoarse: { Pending: 1, Processing: 0, Completed: 0 },
  });
});

test('processed are the completed ones, with their average time from pick-up to completed', async () => {
  await catalogue.database.prisma.inventory.create({ data: { sku: KEYBOARD } });
  await seedOrders(catalogue.database, { count: 200, completed: true });
  const rows = await catalogue.database.prisma.$queryRaw<{ seconds: number }[]>`
    SELECT avg(extract(epoch FROM completed_at - processing_started_at))::float8 AS seconds
      FROM orders WHERE status = 'completed'`;
  const { body } = await readMetrics();
  expect(body).toMatchObject({ totalOrders: 201, processedCount: 170 });
  expect(body['averageProcessingTime']).toBeCloseTo(rows[0]?.seconds ?? -1, 6);
});

test('an order that is cancelled here is counted where Prometheus looks, once', async () => {
  const { body } = await api.place({ items: [{ sku: KEYBOARD, quantity: 2 }] });
  const cancel = { method: 'DELETE', url: `/orders/${String(body['id'])}` } as const;
  for (let n = 0; n < 2; n += 1) expect((await api.ask(cancel)).status).toBe(200);
  const text = await api.metrics.render();
  expect(text).toMatch(/^orders_at_rest_total\{status="cancelled",reason="none"\} 1$/m);
  expect(text).toMatch(/^orders_at_rest_total\{status="rejected",reason="out_of_stock"\} 0$/m);
});

test('a customer may not see them, and nobody without a token', async () => {
  expect((await api.ask({ url: '/metrics' })).status).toBe(403);
  const stranger = await api.ask({ url: '/metrics', headers: { authorization: '' } });
  expect(stranger.status).toBe(401);
});
