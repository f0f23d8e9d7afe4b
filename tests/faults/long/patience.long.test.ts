import { setTimeout as wait } from 'node:timers/promises';
import { waitUntil } from '@orders/local-services/wait-until';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { printFigures } from '../../harness/figures.ts';
import { type Stores, startStores } from '../../harness/start-stores.ts';
import { answersOf, countStatuses, percentile, startTraffic } from '../../harness/start-traffic.ts';
import { given, thenAllIsWell } from '../../harness/story.ts';
import { readOpenLetters } from '../../harness/steer-orders.ts';
import { countByStatus } from '../../harness/until-rest.ts';

/** As in production. */
const UNHURRIED = {
  JOB_LOCK_MS: '10000',
  JOB_STALLED_CHECK_MS: '3000',
  SWEEP_INTERVAL_MS: '1000',
  ORDER_LEASE_MS: '60000',
  PAYMENT_TIMEOUT_MS: '5000',
  WORKER_CONCURRENCY: '200',
};

let stores: Stores;

beforeAll(async () => {
  stores = await startStores();
});

afterAll(async () => {
  printFigures('patience');
  await stores.close();
});

test('a worker frozen for 60 s, then thawed: a second one has finished within 20 s, late writes change nothing', async () => {
  const system = await given({ stores, workers: [{}, {}], workerEnv: UNHURRIED });
  const [frozen] = system.workers;
  const orders = Array.from({ length: 200 }, () => system.client.wish({ simulate: 'delay:1000' }));
  await Promise.all(orders.map((order) => system.client.insist(order)));
  frozen?.freeze();
  const since = performance.now();
  const finish = async (): Promise<number> => {
    await waitUntil(async () => (await countByStatus(system))['completed'] === 200, {
      what: 'the second worker to finish',
      timeoutMs: 50_000,
    });
    return (performance.now() - since) / 1_000;
  };
  const [seconds] = await Promise.all([finish(), wait(60_000)]);
  expect(seconds).toBeLessThan(20);
  frozen?.thaw();
  await Promise.all(Array.from({ length: 20 }, () => system.client.place()));
  await thenAllIsWell(system, { fault: 'worker frozen for 60 s', since });
  expect(await countByStatus(system)).toEqual({ completed: 220 });
});

test('Redis killed for 20 s in a run: nobody notices, and work resumes within 3 s after it is back', async () => {
  const system = await given({ stores, workerEnv: UNHURRIED });
  const traffic = startTraffic(system, { perSecond: 30, insist: false });
  await wait(2_000);
  stores.redis.process.kill();
  await wait(20_000);
  await stores.redis.process.restart();
  const since = performance.now();
  const before = (await countByStatus(system))['completed'] ?? 0;
  await waitUntil(async () => ((await countByStatus(system))['completed'] ?? 0) > before, {
    what: 'work to resume',
    timeoutMs: 30_000,
  });
  expect((performance.now() - since) / 1_000).toBeLessThan(3);
  await traffic.stop();
  const answers = answersOf(traffic.memories);
  expect(countStatuses(answers)).toEqual({ 201: answers.length });
  expect(percentile(answers, 0.99)).toBeLessThan(1_000);
  await thenAllIsWell(system, { fault: 'Redis killed for 20 s', since, withinSeconds: 30 });
});

test('a storm of 500, 503, 429, resets and hangs for 30 s: no dead letters, all complete after it', async () => {
  const system = await given({ stores, workers: [{}, {}] });
  await system.provider.change({
    faults: '500=0.2,503=0.2,429=0.2,drop=0.1,hang-before=0.1,hang-after=0.1',
  });
  const traffic = startTraffic(system, { perSecond: 20 });
  await wait(30_000);
  await traffic.stop();
  await system.provider.change({ faults: '' });
  await thenAllIsWell(system, { fault: 'a storm for 30 s', withinSeconds: 60, timeoutMs: 60_000 });
  expect(await readOpenLetters(system)).toEqual([]);
});

test('the provider away for 10 minutes under load: no dead letters, all complete after it is back', async () => {
  const system = await given({ stores, workers: [{}, {}], workerEnv: UNHURRIED });
  await system.provider.change({ outage: '503' });
  const traffic = startTraffic(system, { perSecond: 2 });
  await wait(600_000);
  await traffic.stop();
  expect(await readOpenLetters(system)).toEqual([]);
  await system.provider.change({ outage: 'off' });
  await thenAllIsWell(system, {
    fault: 'provider away for 10 minutes',
    withinSeconds: 60,
    timeoutMs: 120_000,
  });
  expect(await countByStatus(system)).toEqual({ completed: traffic.memories.length });
});
