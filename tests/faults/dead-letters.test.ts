import { waitUntil } from '@orders/local-services/wait-until';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { printFigures } from '../harness/figures.ts';
import type { Answer } from '../harness/remembering-client.ts';
import { type Stores, startStores } from '../harness/start-stores.ts';
import type { System } from '../harness/start-system.ts';
import { countStatuses } from '../harness/start-traffic.ts';
import { given, thenAllIsWell } from '../harness/story.ts';
import { readOpenLetters, untilStatus } from '../harness/steer-orders.ts';
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

test('a provider that may have forgotten the key is only asked, never charged again: an operator decides', async () => {
  const system = await given({ stores, workerEnv: { PROVIDER_KEY_RETENTION_SECONDS: '1' } });
  // The first call is lost for longer than the key is remembered.
  const orderId = await system.client.place({ simulate: 'hang-before:1+lookup.hang-before:1' });
  await untilStatus(system, orderId, ['failed']);
  const [letter] = await readOpenLetters(system);
  expect(letter).toMatchObject({ orderId, reason: 'payment_unknown', fromStatus: 'reserved' });
  expect((await system.provider.ledger(orderId)).charges).toEqual([]);

  const path = `/admin/dead-letters/${letter?.id}/resolve`;
  const body = { outcome: 'not_charged', reason: 'the provider says so' };
  expect((await system.client.request('POST', path, { body })).status).toBe(200);
  await thenAllIsWell(system, { fault: 'key beyond its retention' });
  expect(await countByStatus(system)).toEqual({ completed: 1 });
  expect((await system.provider.ledger(orderId)).charges).toHaveLength(1);
});

test('nor is a key voided that the provider may have forgotten: it would void it without a look', async () => {
  const system = await given({ stores, workerEnv: { PROVIDER_KEY_RETENTION_SECONDS: '1' } });
  const orderId = await system.client.place({ simulate: 'hang-before:1+lookup.hang-before:1' });
  await untilStatus(system, orderId, ['failed']);
  const act = async (name: string, body: object) => {
    const [letter] = await readOpenLetters(system);
    const path = `/admin/dead-letters/${letter?.id}/${name}`;
    expect((await system.client.request('POST', path, { body })).status).toBe(200);
  };
  await act('discard', { reason: 'too late' });
  await untilStatus(system, orderId, ['failed']);
  expect(await readOpenLetters(system)).toMatchObject([
    { orderId, reason: 'payment_unknown', fromStatus: 'cancelling' },
  ]);
  await act('resolve', { outcome: 'not_charged', reason: 'the provider says so' });
  await thenAllIsWell(system, { fault: 'void of a key beyond its retention' });
  expect(await countByStatus(system)).toEqual({ cancelled: 1 });
});

test('a dead letter discarded while its payment is unknown goes through cancelling: what was charged is given back', async () => {
  const system = await given({ stores, workerEnv: { GIVE_UP_AFTER_SECONDS: '2' } });
  await system.provider.change({ faults: 'lookup.503=1' });
  const orderId = await system.client.place({ simulate: 'hang-after:9' });
  await untilStatus(system, orderId, ['failed']);
  await system.provider.change({ faults: '' });
  const [letter] = await readOpenLetters(system);
  const path = `/admin/dead-letters/${letter?.id}/discard`;
  const answer = await system.client.request('POST', path, { body: { reason: 'too late' } });
  expect(answer).toMatchObject({ status: 200, body: { status: 'cancelling' } });
  await thenAllIsWell(system, { fault: 'discard with an unknown payment' });
  expect(await countByStatus(system)).toEqual({ cancelled: 1 });
  expect((await system.provider.ledger(orderId)).refunds).toHaveLength(1);
});
