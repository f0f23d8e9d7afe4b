import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { waitUntil } from '@orders/local-services/wait-until';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askRedis } from '../harness/ask-redis.ts';
import { printFigures } from '../harness/figures.ts';
import type { Answer } from '../harness/remembering-client.ts';
import { type Stores, startStores } from '../harness/start-stores.ts';
import type { System } from '../harness/start-system.ts';
import { answersOf, countStatuses, percentile, startTraffic } from '../harness/start-traffic.ts';
import { given, thenAllIsWell } from '../harness/story.ts';
import { countByStatus } from '../harness/until-rest.ts';

let stores: Stores;

beforeAll(async () => {
  stores = await startStores();
});

afterAll(async () => {
  printFigures('Redis');
  await stores.close();
});

/** No lease ends within a test: only noticing that jobs are gone brings them back. */
const UNHURRIED = { ORDER_LEASE_MS: '60000' };

/** Whatever Redis does, customers do not notice. */
function expectUntroubled(answers: readonly Answer[]): void {
  expect(countStatuses(answers)).toEqual({ 201: answers.length });
  expect(percentile(answers, 0.99)).toBeLessThan(1_000);
}

/** Resolves when an order that was placed during the outage has been completed. */
async function untilWorkResumes({ database }: System): Promise<number> {
  const completed = await database.prisma.order.count({ where: { status: 'completed' } });
  const since = performance.now();
  await waitUntil(
    async () => (await database.prisma.order.count({ where: { status: 'completed' } })) > completed,
    { what: 'work to resume', timeoutMs: 30_000 },
  );
  return (performance.now() - since) / 1_000;
}

test('an api that starts without Redis takes orders; work begins within 3 s after it is there', async () => {
  const system = await given({ stores });
  await system.api.kill();
  stores.redis.process.kill();
  await system.api.start();
  const traffic = startTraffic(system, { perSecond: 20, insist: false });
  await wait(3_000);
  await traffic.stop();
  expectUntroubled(answersOf(traffic.memories));

  await stores.redis.process.restart();
  const since = performance.now();
  expect(await untilWorkResumes(system)).toBeLessThan(3);
  await thenAllIsWell(system, { fault: 'Redis down when the api starts', since });
});

test('Redis killed for 3 s in a run: nobody notices, and work resumes within 3 s after it is back', async () => {
  const system = await given({ stores });
  const traffic = startTraffic(system, { perSecond: 30, insist: false });
  await wait(1_000);
  stores.redis.process.kill();
  await wait(3_000);
  await stores.redis.process.restart();
  const since = performance.now();
  expect(await untilWorkResumes(system)).toBeLessThan(3);
  await traffic.stop();

  expectUntroubled(answersOf(traffic.memories));
  await thenAllIsWell(system, { fault: 'Redis killed for 3 s', since, timeoutMs: 30_000 });
});

test('Redis stopped for 10 s in a run: nobody notices, and work resumes within 3 s after it goes on', async () => {
  const system = await given({ stores });
  const traffic = startTraffic(system, { perSecond: 30, insist: false });
  await wait(1_000);
  stores.redis.process.signal('SIGSTOP');
  await wait(10_000);
  stores.redis.process.signal('SIGCONT');
  const since = performance.now();
  expect(await untilWorkResumes(system)).toBeLessThan(3);
  await traffic.stop();

  expectUntroubled(answersOf(traffic.memories));
  await thenAllIsWell(system, { fault: 'Redis stopped for 10 s', since, timeoutMs: 30_000 });
});

test('Redis cut off from the api alone: nobody notices, and the sweepers dispatch the orders', async () => {
  const system = await given({ stores, through: ['api>redis'] });
  const traffic = startTraffic(system, { perSecond: 30, insist: false });
  await wait(1_000);
  system.proxy('api>redis').blackhole();
  await wait(5_000);
  await traffic.stop();
  expectUntroubled(answersOf(traffic.memories));
  await thenAllIsWell(system, { fault: 'Redis blackholed from the api alone', withinSeconds: 10 });

  await system.proxy('api>redis').heal();
});

test('Redis flushed with 1,000 open orders and jobs under way: all are dispatched again within 30 s, nothing twice', async () => {
  const system = await given({
    stores,
    api: { env: UNHURRIED },
    workerEnv: { ...UNHURRIED, WORKER_CONCURRENCY: '20' },
  });
  const orders = Array.from({ length: 1_000 }, () => system.client.wish({ simulate: 'delay:200' }));
  await Promise.all(orders.map((order) => system.client.insist(order)));
  await askRedis(stores.redis.port, 'FLUSHALL');
  const since = performance.now();

  await thenAllIsWell(system, {
    fault: 'Redis flushed with 1,000 open orders',
    since,
    withinSeconds: 30,
  });
  expect(await countByStatus(system)).toEqual({ completed: 1_000 });
});

test('Redis flushed again while the first loss is being mended: the mending starts over', async () => {
  const system = await given({
    stores,
    api: { env: UNHURRIED },
    workerEnv: UNHURRIED,
    workers: [{ failpoints: ['restore.before-finish=block'], env: { FAILPOINT_BLOCK_MS: '3000' } }],
  });
  const [worker] = system.workers;
  await worker?.says(/failpoint restore.before-finish/);
  const orders = Array.from({ length: 100 }, () => system.client.wish({ simulate: 'delay:200' }));
  await Promise.all(orders.map((order) => system.client.insist(order)));
  await askRedis(stores.redis.port, 'FLUSHALL');
  const since = performance.now();
  await thenAllIsWell(system, { fault: 'Redis flushed twice', since, withinSeconds: 30 });
  expect(await countByStatus(system)).toEqual({ completed: 100 });
});

test('Redis restarted empty under traffic: all orders are dispatched again', async () => {
  const system = await given({ stores, api: { env: UNHURRIED }, workerEnv: UNHURRIED });
  const traffic = startTraffic(system, { perSecond: 50, insist: false });
  await wait(2_000);
  await askRedis(stores.redis.port, 'FLUSHALL');
  stores.redis.process.kill();
  await stores.redis.process.restart();
  const since = performance.now();
  await wait(2_000);
  await traffic.stop();

  expectUntroubled(answersOf(traffic.memories));
  await thenAllIsWell(system, { fault: 'Redis restarted empty', since, withinSeconds: 30 });
});

test('Redis rolled back to an older state of itself: what it forgot is dispatched again, what it remembers is done once', async () => {
  const system = await given({ stores, api: { env: UNHURRIED }, workerEnv: UNHURRIED });
  await Promise.all(Array.from({ length: 50 }, () => system.client.place()));
  // Everything so far is in the file, which is written every second.
  await wait(1_500);
  const folder = await askRedis(stores.redis.port, 'CONFIG', 'GET', 'dir');
  const state = join(folder.split('\r\n').at(-1) ?? '', 'appendonlydir');
  const older = `${state}-older`;
  await cp(state, older, { recursive: true });
  const orders = Array.from({ length: 100 }, () => system.client.wish({ simulate: 'delay:1000' }));
  await Promise.all(orders.map((order) => system.client.insist(order)));

  stores.redis.process.kill();
  await rm(state, { recursive: true });
  await rename(older, state);
  await stores.redis.process.restart();
  const since = performance.now();
  await thenAllIsWell(system, { fault: 'Redis rolled back', since, withinSeconds: 30 });
  expect(await countByStatus(system)).toEqual({ completed: 150 });
});

test('Redis out of memory: orders are taken up to the bound, then 503; it recovers by itself', async () => {
  const system = await given({ stores, api: { env: { MAX_OPEN_ORDERS: '100' } } });
  await system.client.place();
  await askRedis(stores.redis.port, 'CONFIG', 'SET', 'maxmemory', '1');
  const traffic = startTraffic(system, { perSecond: 60, insist: false });
  await waitUntil(() => answersOf(traffic.memories).some(({ status }) => status === 503), {
    what: 'the bound to be reached',
    timeoutMs: 15_000,
  });
  await askRedis(stores.redis.port, 'CONFIG', 'SET', 'maxmemory', '0');
  const since = performance.now();
  await wait(3_000);
  await traffic.stop();

  const statuses = countStatuses(answersOf(traffic.memories));
  expect(Object.keys(statuses)).toEqual(['201', '503']);
  expect(statuses[201]).toBeGreaterThanOrEqual(100);
  await thenAllIsWell(system, { fault: 'Redis out of memory', since, withinSeconds: 30 });
  expect((await system.client.insist(system.client.wish())).status).toBe(201);
});
