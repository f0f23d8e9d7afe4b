import { seedOrders } from '@orders/database/seed-orders';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startStores, type Stores } from '../harness/start-stores.ts';
import type { System } from '../harness/start-system.ts';
import { given } from '../harness/story.ts';

const ORDERS = 1_000_000;

let stores: Stores;
beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores?.close());

/** The middle of many answers: others use this machine, too. */
async function medianMs({ client }: System, path: string): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < 41; n += 1) {
    const { status, ms } = await client.request('GET', path);
    expect(status).toBe(200);
    times.push(ms);
  }
  return times.sort((a, b) => a - b)[20] ?? Number.NaN;
}

test('with a million orders metrics take less than 10 ms and a page of a list less than 20 ms', async () => {
  const system = await given({ stores, workers: [] });
  await seedOrders(system.database, { count: ORDERS, completed: true });
  const { body } = await system.client.request('GET', '/metrics');
  expect(body).toMatchObject({ totalOrders: ORDERS, processedCount: ORDERS * 0.85 });
  expect(await medianMs(system, '/metrics')).toBeLessThan(10);
  for (const query of [
    '?limit=20',
    '?limit=100',
    '?limit=100&status=rejected',
    '?limit=100&customerId=seed-77',
    `?limit=100&createdTo=${new Date(Date.now() - 29 * 86_400_000).toISOString()}`,
  ]) {
    expect(await medianMs(system, `/orders${query}`), query).toBeLessThan(20);
  }
});
