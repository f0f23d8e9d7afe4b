import { setTimeout as wait } from 'node:timers/promises';
import { waitUntil } from '@orders/local-services/wait-until';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { printFigures } from '../harness/figures.ts';
import { type Stores, startStores } from '../harness/start-stores.ts';
import { startTraffic } from '../harness/start-traffic.ts';
import { given, thenAllIsWell } from '../harness/story.ts';
import { cancel, readOpenLetters, redrive, untilStatus } from '../harness/steer-orders.ts';
import { countByStatus } from '../harness/until-rest.ts';

let stores: Stores;

beforeAll(async () => {
  stores = await startStores();
});

afterAll(async () => {
  printFigures('money');
  await stores.close();
});

test('a worker frozen between committing the attempt and its call, the order cancelled meanwhile: when it thaws, nothing is kept and nothing held', async () => {
  const system = await given({
    stores,
    // Blocked right before the call, and goes on with it afterwards.
    workers: [{ failpoints: ['charge.before=block'], env: { FAILPOINT_BLOCK_MS: '6000' } }],
  });
  const [frozen] = system.workers;
  const orderId = await system.client.place();
  await frozen?.says(/failpoint charge.before/);
  await system.addWorker();
  expect(await cancel(system, orderId)).toBe('cancelling');
  await untilStatus(system, orderId, ['cancelled'], 5_000);
  const since = performance.now();
  // It goes on where it stood, and sends the charge that nobody wants any more.
  await waitUntil(
    async () => /_count\{call="charge",result="outcome"\} 1/.test((await frozen?.metrics()) ?? ''),
    { what: 'the frozen worker to make its call', timeoutMs: 15_000 },
  );
  const { charges } = await system.provider.ledger();
  expect(charges).toMatchObject([{ key: `charge-${orderId}-1`, status: 'voided' }]);
  await thenAllIsWell(system, {
    fault: 'worker frozen before its call, cancelled meanwhile',
    since,
  });
  expect(await countByStatus(system)).toEqual({ cancelled: 1 });
});

/** What the provider does to an order's calls, and how the order ends. */
const FATES: readonly (readonly [simulate: string, status: string])[] = [
  ['decline', 'rejected'],
  ['decline-soft:2', 'completed'],
  ['decline-soft:9', 'rejected'],
  ['hang-after:2', 'completed'],
  ['hang-before:2', 'completed'],
  ['drop:2', 'completed'],
  ['drop-before:2', 'completed'],
  ['500-after:2', 'completed'],
  ['garbage:2', 'completed'],
  ['huge:1', 'completed'],
  ['slow-body:1', 'completed'],
  ['partial:2', 'completed'],
  ['already-captured:2', 'completed'],
  ['500:1+503:1+429:1', 'completed'],
  ['drop:1+lookup.hang-before:1', 'completed'],
  ['hang-after:1+lookup.garbage:1+lookup.500:1', 'completed'],
];

test('whatever the provider does to a call: one charge or none, the order ends right, and nobody is asked', async () => {
  const system = await given({ stores, workers: [{}, {}] });
  const ids = await Promise.all(FATES.map(([simulate]) => system.client.place({ simulate })));
  await thenAllIsWell(system, { fault: 'provider hangs, resets, garbles, declines' });
  const orders = await system.database.prisma.order.findMany({
    select: { id: true, status: true },
  });
  const ended = new Map(orders.map(({ id, status }) => [id, status]));
  expect(FATES.map(([simulate], n) => [simulate, ended.get(ids[n] ?? '')])).toEqual(FATES);
  expect(await readOpenLetters(system)).toEqual([]);
});

test('a storm of 500, 503 and 429: the breaker opens, no dead letters, all complete after it', async () => {
  const system = await given({ stores });
  const [worker] = system.workers;
  await system.provider.change({ faults: '500=0.4,503=0.3,429=0.3' });
  const traffic = startTraffic(system, { perSecond: 40 });
  await waitUntil(
    async () => /^orders_provider_breaker_open 1$/m.test((await worker?.metrics()) ?? ''),
    {
      what: 'the breaker to open',
      timeoutMs: 20_000,
    },
  );
  await traffic.stop();
  await system.provider.change({ faults: '' });
  await thenAllIsWell(system, { fault: 'a storm of 500, 503 and 429', withinSeconds: 40 });
  expect(await countByStatus(system)).toEqual({ completed: traffic.memories.length });
  expect(await readOpenLetters(system)).toEqual([]);
});

test('a refund that fails for longer than is waited, then works: the dead letter is redriven, refunded once, cancelled', async () => {
  const system = await given({ stores, workerEnv: { GIVE_UP_AFTER_SECONDS: '2' } });
  await system.provider.change({ faults: 'refund.503=1' });
  const orderId = await system.client.place({ simulate: 'hang-after:1' });
  await untilStatus(system, orderId, ['reserved']);
  await cancel(system, orderId);
  await untilStatus(system, orderId, ['failed']);
  const [letter] = await readOpenLetters(system);
  expect(letter).toMatchObject({ orderId, reason: 'refund_failed', fromStatus: 'cancelling' });

  await system.provider.change({ faults: '' });
  expect(await redrive(system, letter?.id ?? '')).toBe(200);
  await thenAllIsWell(system, { fault: 'refund fails for long, then works' });
  expect(await countByStatus(system)).toEqual({ cancelled: 1 });
  expect((await system.provider.ledger(orderId)).refunds).toHaveLength(1);
});

test('cancel raced against every step, 500 rounds: money and stock end consistent, refunded once', async () => {
  const system = await given({ stores, workers: [{}, {}] });
  const fates = [
    undefined,
    'delay:50',
    'delay:200',
    'drop:1',
    'hang-after:1',
    'decline-soft:1',
    '500:1',
  ];
  let round = 0;
  async function race(): Promise<void> {
    while (round < 500) {
      round += 1;
      const orderId = await system.client.place({ simulate: fates[round % fates.length] });
      await wait((round * 37) % 300);
      await cancel(system, orderId);
    }
  }
  await Promise.all(Array.from({ length: 25 }, race));
  await thenAllIsWell(system, { fault: 'cancel raced against every step' });
  const counts = await countByStatus(system);
  expect(Object.keys(counts).sort()).toEqual(['cancelled', 'completed']);
  const { refunds } = await system.provider.ledger();
  expect(new Set(refunds.map(({ chargeId }) => chargeId)).size).toBe(refunds.length);
});
