import { waitUntil } from '@orders/local-services/wait-until';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { printFigures } from '../harness/figures.ts';
import type { Answer } from '../harness/remembering-client.ts';
import { type Stores, startStores } from '../harness/start-stores.ts';
import type { System } from '../harness/start-system.ts';
import { countStatuses } from '../harness/start-traffic.ts';
import { given, thenAllIsWell } from '../harness/story.ts';
import { readOpenLetters } from '../harness/steer-orders.ts';
import { countByStatus } from '../harness/until-rest.ts';

const COUNT = 20;

let stores: Stores;

beforeAll(async () => {
  stores = await startStores();
});

afterAll(async () => {
  printFigures('dead letters');
  await stores.close();
});

/** A provider that was away for longer than is waited, and orders that gave up on it. */
async function givenDeadLetters(): Promise<System> {
  const system = await given({ stores, workerEnv: { GIVE_UP_AFTER_SECONDS: '4' } });
  await system.provider.change({ outage: 'drop' });
  await Promise.all(Array.from({ length: COUNT }, () => system.client.place()));
  await waitUntil(async () => (await readOpenLetters(system)).length === COUNT, {
    what: 'all orders to give up',
    timeoutMs: 30_000,
  });
  return system;
}

function redriveOnce({ client }: System, id: string): Promise<Answer> {
  return client.request('POST', `/admin/dead-letters/${id}/redrive`, { body: {} });
}

function redriveAll({ client }: System): Promise<Answer> {
  const body = { filter: {}, expectedCount: COUNT, dryRun: false };
  return client.request('POST', '/admin/dead-letters/redrive', { body });
}

test('each dead letter redriven five times at once: one is first, the others are told so', async () => {
  const system = await givenDeadLetters();
  await system.provider.change({ outage: 'off' });
  const letters = await readOpenLetters(system);
  const answers = await Promise.all(
    letters.flatMap(({ id }) => Array.from({ length: 5 }, () => redriveOnce(system, id))),
  );
  expect(countStatuses(answers)).toEqual({ 200: COUNT, 409: 4 * COUNT });
  await thenAllIsWell(system, { fault: 'dead letters redriven five times each' });
  expect(await countByStatus(system)).toEqual({ completed: COUNT });
});

test('all dead letters redriven at once by three operators: each order goes on once', async () => {
  const system = await givenDeadLetters();
  await system.provider.change({ outage: 'off' });
  await Promise.all([redriveAll(system), redriveAll(system), redriveAll(system)]);
  await thenAllIsWell(system, { fault: 'bulk redrive three times at once' });
  expect(await countByStatus(system)).toEqual({ completed: COUNT });
  const closed = await system.database.prisma.deadLetter.groupBy({ by: ['state'], _count: true });
  expect(closed).toEqual([{ state: 'redriven', _count: COUNT }]);
});

test('dead letters redriven while the provider is still coming back: each order is charged once', async () => {
  const system = await givenDeadLetters();
  await system.provider.change({ outage: 'off', faults: 'drop=0.4,503=0.3,lookup.503=0.3' });
  for (let round = 0; round < 3; round += 1) {
    const letters = await readOpenLetters(system);
    await Promise.all(letters.map(({ id }) => redriveOnce(system, id)));
    if (round === 1) await system.provider.change({ faults: '' });
    await waitUntil(async () => ((await countByStatus(system))['reserved'] ?? 0) === 0, {
      what: 'the round to end',
      timeoutMs: 30_000,
    });
  }
  await thenAllIsWell(system, { fault: 'redrive while healing' });
  expect(await countByStatus(system)).toEqual({ completed: COUNT });
});
