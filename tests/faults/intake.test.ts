import { afterAll, beforeAll, expect, test } from 'vitest';
import { printFigures } from '../harness/figures.ts';
import { type Stores, startStores } from '../harness/start-stores.ts';
import { answersOf, countStatuses } from '../harness/start-traffic.ts';
import { given, thenAllIsWell } from '../harness/story.ts';
import { countByStatus } from '../harness/until-rest.ts';

let stores: Stores;

beforeAll(async () => {
  stores = await startStores();
});

afterAll(async () => {
  printFigures('orders coming in');
  await stores.close();
});

test('an api killed after COMMIT and before it enqueued: the retry gets the same order, which is swept and processed once', async () => {
  const system = await given({
    stores,
    api: { failpoints: ['place.after-commit=kill'], restartMs: 300 },
  });
  const order = system.client.wish();
  expect(await system.client.ask(order)).toMatchObject({ status: 0 });
  expect(await countByStatus(system)).toEqual({ pending: 1 });

  expect(await system.client.insist(order)).toMatchObject({ status: 201, replayed: true });
  await thenAllIsWell(system, { fault: 'api killed after COMMIT, before enqueue' });
  expect(await countByStatus(system)).toEqual({ completed: 1 });
});

test('an api killed before COMMIT leaves no trace of the order', async () => {
  const system = await given({
    stores,
    api: { failpoints: ['place.before-commit=kill'], restartMs: 300 },
  });
  const order = system.client.wish();
  expect(await system.client.ask(order)).toMatchObject({ status: 0 });
  await system.api.ended(1);
  expect(await system.database.prisma.order.count()).toBe(0);

  expect(await system.client.insist(order)).toMatchObject({ status: 201, replayed: false });
  await thenAllIsWell(system, { fault: 'api killed before COMMIT' });
});

test.each([
  ['after it arrived', true],
  ['before it arrived', false],
])(
  'a connection cut during COMMIT, %s: every caller of the batch gets the truth',
  async (when, deliver) => {
    const system = await given({ stores, through: ['api>postgres'] });
    const cut = system
      .proxy('api>postgres')
      .cutWhen({ from: 'client', contains: 'UPDATE order_counters', deliver });
    const orders = Array.from({ length: 100 }, () => system.client.wish());
    const answers = Promise.all(orders.map((order) => system.client.insist(order)));
    await cut;

    expect(countStatuses(await answers)).toEqual({ 201: 100 });
    await thenAllIsWell(system, { fault: `connection cut during COMMIT, ${when}` });
    expect(await countByStatus(system)).toEqual({ completed: 100 });
  },
);

test('an order is taken by a worker as soon as it is committed: no sweep has to find it', async () => {
  const unhurried = { ORDER_LEASE_MS: '60000' };
  const system = await given({ stores, api: { env: unhurried }, workerEnv: unhurried });
  await Promise.all(Array.from({ length: 100 }, () => system.client.place()));
  await thenAllIsWell(system, { fault: 'none', withinSeconds: 15 });
  expect(await countByStatus(system)).toEqual({ completed: 100 });
});

test('the same POST 50 times at once is one order, one fresh answer and 49 replays', async () => {
  const system = await given({ stores });
  const order = system.client.wish();
  await Promise.all(Array.from({ length: 50 }, () => system.client.ask(order)));

  expect(countStatuses(order.answers)).toEqual({ 201: 50 });
  expect(order.answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  await thenAllIsWell(system, { fault: 'the same POST 50 times at once' });
  expect(await countByStatus(system)).toEqual({ completed: 1 });
});

test('50 equal baskets at once under different keys are one order and 49 duplicates', async () => {
  const system = await given({ stores });
  const orders = Array.from({ length: 50 }, () => system.client.wish({ customerId: 'twin' }));
  await Promise.all(orders.map((order) => system.client.ask(order)));

  expect(countStatuses(answersOf(orders))).toEqual({ 201: 1, 409: 49 });
  await thenAllIsWell(system, { fault: '50 equal baskets at once' });
  expect(await countByStatus(system)).toEqual({ completed: 1 });
});
