import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyProject } from '../../harness/copy-project.ts';
import { printFigures } from '../../harness/figures.ts';
import { type Stores, startStores } from '../../harness/start-stores.ts';
import { startTraffic } from '../../harness/start-traffic.ts';
import { given, thenAllIsWell } from '../../harness/story.ts';
import { untilStatus } from '../../harness/steer-orders.ts';
import { countByStatus } from '../../harness/until-rest.ts';

let stores: Stores;

beforeAll(async () => {
  stores = await startStores();
});

afterAll(async () => {
  printFigures('upgrades');
  await stores.close();
});

test('every process restarted in turn, one every 5 s, under load: nothing is lost and nobody starves', async () => {
  const system = await given({ stores, workers: [{}, {}] });
  const traffic = startTraffic(system, { perSecond: 20 });
  const { api, simulator, workers } = system;
  const restart = [
    ...[api, simulator, ...workers].map((service) => async () => {
      expect(await service.stop()).toMatchObject({ code: 0, signal: null });
      await service.start();
    }),
    () => stores.redis.process.restart(),
    () => stores.postgres.process.restart(),
  ];
  for (let round = 0; round < 2; round += 1) {
    for (const next of restart) {
      await Promise.all([next(), wait(5_000)]);
    }
  }
  const since = performance.now();
  await traffic.stop();
  await thenAllIsWell(system, { fault: 'rolling restart of everything', since, withinSeconds: 30 });
  expect(await countByStatus(system)).toEqual({ completed: traffic.memories.length });
});

test('workers scaled from 1 to 5 and back under load: each leaves with 0, nothing is lost', async () => {
  const system = await given({ stores });
  const traffic = startTraffic(system, { perSecond: 60, wish: () => ({ simulate: 'delay:200' }) });
  await wait(3_000);
  const added = await Promise.all(Array.from({ length: 4 }, () => system.addWorker()));
  await Promise.all(added.map((worker) => worker.ready()));
  await wait(5_000);
  for (const exit of await Promise.all(added.map((worker) => worker.stop()))) {
    expect(exit).toMatchObject({ code: 0, signal: null });
  }
  await wait(3_000);
  const since = performance.now();
  await traffic.stop();
  await thenAllIsWell(system, { fault: 'scale 1 → 5 → 1', since, withinSeconds: 30 });
});

test('a newer build beside this one: what this one does not know it leaves to the newer one', async () => {
  const newer = await copyProject();
  const contract = 'packages/domain/dist/contracts/job.js';
  await newer.replace(contract, 'JOB_VERSION = 1', 'JOB_VERSION = 2');
  await newer.replace(contract, 'z.literal(JOB_VERSION)', 'z.union([z.literal(1), z.literal(2)])');
  try {
    const system = await given({
      stores,
      api: { entry: join(newer.folder, 'apps/api/dist/main.js') },
      workers: [{}, { entry: join(newer.folder, 'apps/worker/dist/main.js') }],
    });
    const traffic = startTraffic(system, { perSecond: 20 });
    await wait(5_000);
    await traffic.stop();
    await thenAllIsWell(system, { fault: 'newer api and worker beside an older worker' });
    expect(await countByStatus(system)).toEqual({ completed: traffic.memories.length });
    expect(await system.workers[0]?.log()).toContain('version that this worker does not know');
  } finally {
    await newer.remove();
  }
});

test('an order in a status of a newer build is put back, and goes on when it is known again', async () => {
  const system = await given({ stores, workers: [] });
  const { prisma } = system.database;
  await prisma.$executeRaw`ALTER TABLE orders DROP CONSTRAINT orders_status_known`;
  const orderId = await system.client.place();
  await prisma.$executeRaw`UPDATE orders SET status = 'examined' WHERE id = ${orderId}::uuid`;
  const mates = await Promise.all(Array.from({ length: 20 }, () => system.client.place()));
  await system.addWorker();
  await Promise.all(mates.map((mate) => untilStatus(system, mate, ['completed'])));
  expect(await prisma.orderFailure.count()).toBe(0);

  await prisma.$executeRaw`UPDATE orders SET status = 'pending' WHERE id = ${orderId}::uuid`;
  await thenAllIsWell(system, { fault: 'status of a newer build' });
  expect(await countByStatus(system)).toEqual({ completed: 21 });
});
