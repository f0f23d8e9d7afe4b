import { waitUntil } from '@orders/local-services/wait-until';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { printFigures } from '../harness/figures.ts';
import type { Memory } from '../harness/remembering-client.ts';
import { type Stores, startStores } from '../harness/start-stores.ts';
import type { System } from '../harness/start-system.ts';
import { given, thenAllIsWell } from '../harness/story.ts';
import { countByStatus } from '../harness/until-rest.ts';

let stores: Stores;

beforeAll(async () => {
  stores = await startStores();
});

afterAll(async () => {
  printFigures('workers');
  await stores.close();
});

/** As in production: what takes seconds there takes seconds here. */
const UNHURRIED = {
  JOB_LOCK_MS: '10000',
  JOB_STALLED_CHECK_MS: '3000',
  SWEEP_INTERVAL_MS: '1000',
  ORDER_LEASE_MS: '60000',
};

async function placeMany({ client }: System, count: number, simulate?: string): Promise<Memory[]> {
  const orders = Array.from({ length: count }, () => client.wish({ simulate }));
  await Promise.all(orders.map((order) => client.insist(order)));
  return orders;
}

async function untilReserved({ database }: System, count: number): Promise<void> {
  await waitUntil(
    async () => (await database.prisma.order.count({ where: { status: 'reserved' } })) >= count,
    { what: `${count} orders to be under way`, timeoutMs: 20_000 },
  );
}

test('a worker killed with the times of production: another one resumes its orders within 20 s', async () => {
  const system = await given({
    stores,
    workers: [{ failpoints: ['charge.after=kill'] }],
    workerEnv: UNHURRIED,
  });
  await placeMany(system, 200);
  const [first] = system.workers;
  await first?.ended(1);
  const since = performance.now();
  await system.addWorker();

  await thenAllIsWell(system, {
    fault: 'worker killed, times of production',
    since,
    withinSeconds: 20,
  });
  expect(await countByStatus(system)).toEqual({ completed: 200 });
});

test('all workers killed and started later: orders are accepted meanwhile, and the backlog drains', async () => {
  const system = await given({ stores, workers: [{}, {}] });
  await placeMany(system, 100, 'delay:300');
  await Promise.all(system.workers.map((worker) => worker.kill()));
  await placeMany(system, 200);
  const since = performance.now();
  await system.addWorker();

  await thenAllIsWell(system, { fault: 'all workers killed, one started later', since });
  expect(await countByStatus(system)).toEqual({ completed: 300 });
});

test('a worker frozen beyond its locks, then thawed: a second one has finished, and its late writes change nothing', async () => {
  const system = await given({ stores, workers: [{}, {}] });
  const [frozen] = system.workers;
  await placeMany(system, 200, 'delay:500');
  await untilReserved(system, 20);
  frozen?.freeze();
  const since = performance.now();
  await waitUntil(async () => (await countByStatus(system))['completed'] === 200, {
    what: 'the second worker to finish',
    timeoutMs: 30_000,
  });
  const seconds = (performance.now() - since) / 1_000;
  frozen?.thaw();
  await placeMany(system, 20);
  await thenAllIsWell(system, { fault: 'worker frozen, then thawed', since });
  expect(seconds).toBeLessThan(20);
  expect(await countByStatus(system)).toEqual({ completed: 220 });
});

test('an event loop blocked for longer than the lock: a second worker has finished, effects once', async () => {
  const system = await given({
    stores,
    workers: [
      { failpoints: ['charge.after=block'], env: { FAILPOINT_BLOCK_MS: '7000' } },
      { failpoints: ['charge.before=block'], env: { FAILPOINT_BLOCK_MS: '7000' } },
    ],
  });
  await placeMany(system, 60, 'delay:100');
  await thenAllIsWell(system, { fault: 'event loop blocked beyond the lock', withinSeconds: 40 });
  expect(await countByStatus(system)).toEqual({ completed: 60 });
});

test('SIGTERM with orders under way: they are finished, and it exits with 0 within 25 s', async () => {
  const system = await given({ stores });
  const [worker] = system.workers;
  await placeMany(system, 30, 'delay:1000');
  await untilReserved(system, 30);
  const exit = await worker?.stop();

  expect(exit).toMatchObject({ code: 0, signal: null });
  expect(exit?.ms).toBeLessThan(25_000);
  await thenAllIsWell(system, { fault: 'SIGTERM with orders under way' });
  expect(await countByStatus(system)).toEqual({ completed: 30 });
});

test('SIGTERM with orders under way while Redis is down: it exits within 30 s, and nothing is done twice', async () => {
  const system = await given({ stores });
  const [worker] = system.workers;
  await placeMany(system, 30, 'delay:1000');
  await untilReserved(system, 30);
  stores.redis.process.kill();
  const exit = await worker?.stop();
  await stores.redis.process.restart();
  expect(exit).toMatchObject({ signal: null });
  expect(exit?.ms).toBeLessThan(30_000);

  const since = performance.now();
  await system.addWorker();
  await thenAllIsWell(system, { fault: 'SIGTERM while Redis is down', since, withinSeconds: 20 });
  expect(await countByStatus(system)).toEqual({ completed: 30 });
});

test('an order that kills its worker, in a batch with 19 others: one dead letter, 19 completed', async () => {
  const system = await given({ stores, workers: [] });
  const [poison, ...mates] = await placeMany(system, 20);
  const strike = `reserve.before-commit=kill:order=${poison?.orderId}`;
  const since = performance.now();
  await system.addWorker({ failpoints: Array.from({ length: 20 }, () => strike), restartMs: 300 });

  await thenAllIsWell(system, {
    fault: 'order that kills its worker, 19 mates',
    since,
    timeoutMs: 90_000,
  });
  expect(await countByStatus(system)).toEqual({ completed: mates.length, failed: 1 });
  expect(await readDeadLetters(system)).toEqual([
    { orderId: poison?.orderId, reason: 'worker_killed', state: 'open' },
  ]);
  expect(system.workers[0]?.lives).toBeLessThan(10);
});

test('an order that always fails, in a batch with 19 others: bounded attempts, one dead letter, and its mates never pay', async () => {
  const system = await given({ stores, workers: [] });
  const [poison, ...mates] = await placeMany(system, 20);
  const since = performance.now();
  await system.addWorker({
    failpoints: [`reserve.before-commit=throw:order=${poison?.orderId}`],
  });

  await thenAllIsWell(system, {
    fault: 'order that always fails, 19 mates',
    since,
    timeoutMs: 90_000,
  });
  expect(await countByStatus(system)).toEqual({ completed: mates.length, failed: 1 });
  expect(await readDeadLetters(system)).toEqual([
    { orderId: poison?.orderId, reason: 'attempts_exhausted', state: 'open' },
  ]);
  const paid = await system.database.prisma.orderFailure.groupBy({ by: ['orderId'], _count: true });
  expect(paid).toEqual([{ orderId: poison?.orderId, _count: 5 }]);
});

function readDeadLetters({ database }: System) {
  return database.prisma.deadLetter.findMany({
    select: { orderId: true, reason: true, state: true },
  });
}
