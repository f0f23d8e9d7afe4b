import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createBearers } from '../authorisation/bearer-tokens.ts';
import { findApi } from '../authorisation/find-api.ts';
import { startStores, type Stores } from '../harness/start-stores.ts';
import { startSystem, type System } from '../harness/start-system.ts';
import { printAttacks, withstand } from './attack.ts';
import { describeFlood, type FloodResult, sendFlood, statusesOf } from './flood.ts';

const PER_CUSTOMER = 300;
const PER_ADDRESS = 1_500;
/** A flood may last from one minute into the next. */
const WINDOWS = 2;

const bearers = createBearers();
let stores: Stores;
beforeAll(async () => {
  stores = await startStores();
});
afterAll(async () => {
  printAttacks();
  await stores?.close();
});

async function start(env: Readonly<Record<string, string>>): Promise<[System, string]> {
  // Beyond it nobody is served, which is another story than this one.
  const calm = { MAX_EVENT_LOOP_DELAY_MS: '5000' };
  const system = await startSystem({ stores, workers: [], api: { env: { ...calm, ...env } } });
  onTestFinished(() => system.close());
  return [system, (await findApi(system)).url];
}

test('a customer who floods is told to wait, and only he', async () => {
  const [system, url] = await start({ RATE_LIMIT_CUSTOMER: String(PER_CUSTOMER) });
  let result: FloodResult = { byStatus: new Map(), incomplete: 0 };
  await withstand(system, url, {
    name: 'one customer, 4,000 requests',
    maxGrowthMib: 150,
    begin: async () => {
      const authorization = bearers.customer;
      const path = '/orders?limit=1';
      result = await sendFlood({ url, path, authorization, requests: 4_000, connections: 100 });
      return describeFlood(result);
    },
    end: async () => {},
  });
  expect(statusesOf(result)).toEqual([200, 429]);
  expect(result.byStatus.get(200)).toBeLessThanOrEqual(WINDOWS * PER_CUSTOMER);
  expect(result.incomplete).toBe(0);
});

test('an address that floods with refused tokens is told to wait, and only it', async () => {
  const [system, url] = await start({ RATE_LIMIT_ADDRESS: String(PER_ADDRESS) });
  let result: FloodResult = { byStatus: new Map(), incomplete: 0 };
  await withstand(system, url, {
    name: 'one address without a token, 6,000',
    maxGrowthMib: 150,
    begin: async () => {
      const authorization = bearers.garbage;
      result = await sendFlood({
        url,
        path: '/orders/x',
        authorization,
        requests: 6_000,
        connections: 100,
      });
      return describeFlood(result);
    },
    end: async () => {},
  });
  expect(statusesOf(result)).toEqual([401, 429]);
  expect(result.byStatus.get(401)).toBeLessThanOrEqual(WINDOWS * PER_ADDRESS);
  expect(result.incomplete).toBe(0);
});

test('orders beyond what can be taken in are answered with 503 at once, and the rest is kept', async () => {
  // Nobody waits so long that it would not be known whether his order was placed.
  const env = { INTAKE_QUEUE: '40', INTAKE_BATCH_SIZE: '10', INTAKE_DEADLINE_MS: '30000' };
  const [system, url] = await start(env);
  const before = await system.database.prisma.order.count();
  const result = await sendFlood({
    url,
    method: 'POST',
    path: '/orders',
    authorization: bearers.customer,
    body: (n) => ({
      items: [{ sku: system.sku, quantity: 1 + (n % 1_000) }],
      allowDuplicate: true,
    }),
    requests: 3_000,
    connections: 300,
  });
  console.log(`3,000 orders over 300 connections: ${describeFlood(result)}`);
  expect(statusesOf(result)).toEqual([201, 503]);
  expect(result.incomplete).toBe(0);
  const placed = (await system.database.prisma.order.count()) - before;
  expect(placed).toBe(result.byStatus.get(201));
  expect(await system.violations(false)).toEqual([]);
});
