import { waitUntil } from '@orders/local-services/wait-until';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { printFigures } from '../harness/figures.ts';
import { setStock } from '../harness/set-stock.ts';
import { type Stores, startStores } from '../harness/start-stores.ts';
import { answersOf, countStatuses } from '../harness/start-traffic.ts';
import { given, thenAllIsWell } from '../harness/story.ts';
import { untilStatus } from '../harness/steer-orders.ts';
import { countByStatus } from '../harness/until-rest.ts';

const SCARCE = 'BACKPACK-0002';
const [A, B] = ['BLANKET-0001', 'BOTTLE-0001'];

let stores: Stores;

beforeAll(async () => {
  stores = await startStores();
});

afterAll(async () => {
  printFigures('stock');
  await stores.close();
});

test('1,000 orders at once for 100 units of one SKU: exactly 100 completed, 900 rejected after their wait', async () => {
  const system = await given({ stores, workerEnv: { BACKORDER_MAX_WAIT_SECONDS: '5' } });
  await setStock(system, SCARCE, 100);
  const orders = Array.from({ length: 1_000 }, () =>
    system.client.wish({ items: [{ sku: SCARCE, quantity: 1 }] }),
  );
  await Promise.all(orders.map((order) => system.client.insist(order)));
  await thenAllIsWell(system, { fault: '1,000 orders for 100 units' });
  expect(await countByStatus(system)).toEqual({ completed: 100, rejected: 900 });
});

test('fewer units are there than are promised when captured orders settle: they complete, and the shortfall stays open', async () => {
  const system = await given({ stores });
  await setStock(system, SCARCE, 10);
  const orderId = await system.client.place({
    items: [{ sku: SCARCE, quantity: 10 }],
    simulate: 'delay:1200',
  });
  await untilStatus(system, orderId, ['reserved']);
  // Six of the ten are gone from the shelf.
  await setStock(system, SCARCE, -6);
  await thenAllIsWell(system, { fault: 'shortfall while orders settle' });
  expect(await countByStatus(system)).toEqual({ completed: 1 });
  const shortfalls = await system.database.prisma.stockShortfall.findMany();
  expect(shortfalls).toMatchObject([{ sku: SCARCE, missing: 6n, closedAt: null }]);
});

test('orders {A,B} and {B,A}, hundreds at once: no deadlock reaches anyone', async () => {
  const system = await given({ stores, workers: [{}, {}] });
  const one = [
    { sku: A, quantity: 1 },
    { sku: B, quantity: 2 },
  ];
  const orders = Array.from({ length: 400 }, (_, n) =>
    system.client.wish({ items: n % 2 === 0 ? one : one.toReversed() }),
  );
  await Promise.all(orders.map((order) => system.client.ask(order)));
  expect(countStatuses(answersOf(orders))).toEqual({ 201: 400 });
  await thenAllIsWell(system, { fault: 'orders {A,B} and {B,A}' });
  expect(await countByStatus(system)).toEqual({ completed: 400 });
  expect(await system.database.prisma.orderFailure.findMany()).toEqual([]);
  // Nor was there one: everybody locks in the same order.
  const [seen] = await system.database.prisma.$queryRaw<{ deadlocks: bigint }[]>`
    SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`;
  expect(seen?.deadlocks).toBe(0n);
});

test('stock that comes while many wait goes to the oldest, each once, also past a worker that dies', async () => {
  const system = await given({
    stores,
    workers: [{ failpoints: ['wake.after-commit=kill'], restartMs: 300 }, {}],
    workerEnv: { BACKORDER_MAX_WAIT_SECONDS: '300' },
  });
  await setStock(system, SCARCE, 0);
  const ids: string[] = [];
  for (let n = 0; n < 20; n += 1) {
    ids.push(await system.client.place({ items: [{ sku: SCARCE, quantity: 1 }] }));
  }
  await waitUntil(async () => (await countByStatus(system))['backordered'] === 20, {
    what: 'all to wait for stock',
    timeoutMs: 20_000,
  });
  const since = performance.now();
  await setStock(system, SCARCE, 5);
  await waitUntil(async () => (await countByStatus(system))['completed'] === 5, {
    what: 'the oldest to complete',
    timeoutMs: 30_000,
  });
  const completed = await system.database.prisma.order.findMany({
    where: { status: 'completed' },
    select: { id: true },
  });
  expect(completed.map(({ id }) => id).sort()).toEqual(ids.slice(0, 5).sort());
  await thenAllIsWell(system, {
    fault: 'stock arrives, a worker dies waking',
    since,
    butBackordered: true,
  });
});
