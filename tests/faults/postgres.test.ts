import { setTimeout as wait } from 'node:timers/promises';
import { waitUntil } from '@orders/local-services/wait-until';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { printFigures } from '../harness/figures.ts';
import { freezePostgres } from '../harness/freeze-postgres.ts';
import type { Answer } from '../harness/remembering-client.ts';
import { type Stores, startStores } from '../harness/start-stores.ts';
import type { System } from '../harness/start-system.ts';
import { answersOf, startTraffic } from '../harness/start-traffic.ts';
import { given, thenAllIsWell } from '../harness/story.ts';

let stores: Stores;

beforeAll(async () => {
  stores = await startStores();
});

afterAll(async () => {
  printFigures('PostgreSQL');
  await stores.close();
});

/** Each answer is a yes or a `503` that says so, and comes soon. */
function expectPrompt(answers: readonly Answer[]): void {
  const others = answers.filter(({ status }) => status !== 201 && status !== 503);
  expect(others).toEqual([]);
  const slow = answers.filter(({ status, ms }) => status === 503 && ms > 2_500);
  expect(slow).toEqual([]);
}

/** Resolves with the seconds until an order is accepted and completed. */
async function untilOrdersFlow({ client, database }: System): Promise<number> {
  const since = performance.now();
  const id = await client.place();
  await waitUntil(
    async () => (await database.prisma.order.findUnique({ where: { id } }))?.status === 'completed',
    { what: 'an order to complete', timeoutMs: 30_000 },
  );
  return (performance.now() - since) / 1_000;
}

/** Both services live through it: no process was started again. */
function expectNobodyDied({ api, workers }: System): void {
  expect([api, ...workers].map(({ lives }) => lives)).toEqual([1, ...workers.map(() => 1)]);
}

test('PostgreSQL killed in a run: 503 in time, nobody crashes, orders flow within 5 s after it is back', async () => {
  const system = await given({ stores });
  const traffic = startTraffic(system, { perSecond: 30 });
  await wait(1_500);
  stores.postgres.process.kill();
  await wait(1_500);
  await stores.postgres.process.restart();
  const since = performance.now();
  expect(await untilOrdersFlow(system)).toBeLessThan(5);
  await traffic.stop();

  expectPrompt(answersOf(traffic.memories));
  expectNobodyDied(system);
  await thenAllIsWell(system, { fault: 'PostgreSQL killed', since, withinSeconds: 30 });
});

test('PostgreSQL frozen for 6 s: 503 in time, nobody crashes, orders flow within 5 s after it goes on', async () => {
  const system = await given({ stores });
  const traffic = startTraffic(system, { perSecond: 30 });
  await wait(1_500);
  const thaw = freezePostgres(stores);
  await wait(6_000);
  thaw();
  const since = performance.now();
  expect(await untilOrdersFlow(system)).toBeLessThan(5);
  await traffic.stop();

  expectPrompt(answersOf(traffic.memories));
  expectNobodyDied(system);
  await thenAllIsWell(system, { fault: 'PostgreSQL frozen for 6 s', since, withinSeconds: 30 });
});

test('backends terminated in the middle of their transactions, again and again: nobody crashes, nothing is lost', async () => {
  const system = await given({ stores });
  const traffic = startTraffic(system, { perSecond: 50 });
  for (let round = 0; round < 20; round += 1) {
    await wait(150);
    await system.database.prisma.$executeRaw`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name IN ('orders-api', 'orders-worker')`;
  }
  const since = performance.now();
  expect(await untilOrdersFlow(system)).toBeLessThan(5);
  await traffic.stop();

  expectPrompt(answersOf(traffic.memories));
  expectNobodyDied(system);
  await thenAllIsWell(system, { fault: 'backends terminated', since, withinSeconds: 30 });
});

test('the pool exhausted behind a lock: 503 in time, no connection leaks, orders flow within 5 s after it', async () => {
  const system = await given({ stores, api: { env: { DATABASE_POOL_SIZE: '3' } } });
  await system.client.place();
  const traffic = startTraffic(system, { perSecond: 30 });
  await system.database.prisma.$transaction(
    async (tx) => {
      await tx.$executeRaw`LOCK TABLE orders IN ACCESS EXCLUSIVE MODE`;
      await wait(6_000);
    },
    { timeout: 20_000 },
  );
  const since = performance.now();
  expect(await untilOrdersFlow(system)).toBeLessThan(5);
  await traffic.stop();

  expectPrompt(answersOf(traffic.memories));
  expectNobodyDied(system);
  await thenAllIsWell(system, { fault: 'the pool exhausted', since, withinSeconds: 30 });
  const [row] = await system.database.prisma.$queryRaw<{ connections: number }[]>`
    SELECT count(*)::int AS connections FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'orders-api'`;
  expect(row?.connections).toBeLessThanOrEqual(3);
});

test('a transaction that a process forgot is ended by the idle timeout, and its order goes on', async () => {
  const system = await given({
    stores,
    workers: [{ failpoints: ['reserve.before-commit=hang'], restartMs: 300 }, {}],
    // It stays in the way for as long as it is not ended by the server.
    workerEnv: { WATCHDOG_SECONDS: '3600', DATABASE_STATEMENT_TIMEOUT_MS: '1000' },
  });
  const [forgetful] = system.workers;
  const traffic = startTraffic(system, { perSecond: 20 });
  await forgetful?.says(/failpoint reserve/);
  const since = performance.now();
  await waitUntil(async () => (await countIdleTransactions(system)) === 0, {
    what: 'the forgotten transaction to be ended',
    timeoutMs: 10_000,
  });
  expect((performance.now() - since) / 1_000).toBeLessThan(6);
  await traffic.stop();

  // The process itself still waits, so its job stays its own until it ends.
  await forgetful?.kill();
  await thenAllIsWell(system, { fault: 'a forgotten transaction', withinSeconds: 20 });
});

async function countIdleTransactions({ database }: System): Promise<number> {
  const [row] = await database.prisma.$queryRaw<{ idle: number }[]>`
    SELECT count(*)::int AS idle FROM pg_stat_activity
     WHERE datname = current_database() AND state LIKE 'idle in transaction%'
       AND state_change < now() - interval '0.5 s'`;
  return row?.idle ?? 0;
}
