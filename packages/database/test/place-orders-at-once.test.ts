import type { NewOrder, Placement } from '@orders/database/orders/new-order';
import { placeOrders } from '@orders/database/orders/place-orders';
import { createPriceMemory } from '@orders/database/orders/price-memory';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { expectConsistent } from './expect-consistent.ts';
import { makeOrder, times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

const WINDOW = { duplicateWindowSeconds: 10_800 };
const SKUS = times(20, (n) => `PEN-${n}`);
const memory = createPriceMemory();

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase({ poolSize: 25 });
  for (const sku of SKUS) await addProduct(database, sku, 1_000_000);
  await addProduct(database, 'PEN-0001', 1_000_000);
  memory.remember(
    new Map([...SKUS, 'PEN-0001'].map((sku) => [sku, { priceMinor: 1_000, active: true }])),
  );
});
afterAll(() => database.close());
afterEach(() => expectConsistent(database));

/** In batches over two processes, of which one writes before it looks. */
async function placeAll(orders: NewOrder[], batchSize: number): Promise<Placement[]> {
  const processes = [
    { pool: database, options: WINDOW },
    { pool: database.connect(), options: { ...WINDOW, memory } },
  ] as const;
  const batches = times(Math.ceil(orders.length / batchSize), (n) =>
    orders.slice(n * batchSize, (n + 1) * batchSize),
  );
  const results = await Promise.all(
    batches.map((batch, n) => {
      const { pool, options } = processes[n % 2 === 0 ? 0 : 1];
      return placeOrders(pool, batch, options);
    }),
  );
  return results.flat();
}

function count(placements: Placement[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of placements) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

const idsOf = (placements: Placement[]): Set<string> =>
  new Set(placements.flatMap((p) => ('order' in p ? p.order.id : [])));

test.each([
  ['in one batch', 50],
  ['in ten batches at once', 5],
  ['in fifty batches at once', 1],
])('50 requests with the same key %s make one order and 49 replays of it', async (_, size) => {
  const { customerId } = makeOrder();
  const orders = times(50, () => makeOrder({ customerId, idempotencyKey: 'same' }));
  const placements = await placeAll(orders, size);
  expect(count(placements)).toEqual({ placed: 1, replayed: 49 });
  expect(idsOf(placements).size).toBe(1);
});

test.each([
  ['in one batch', 50],
  ['in ten batches at once', 5],
  ['in fifty batches at once', 1],
])(
  '50 equal baskets with keys of their own %s make one order and 49 duplicates of it',
  async (_, size) => {
    const { customerId } = makeOrder();
    const orders = times(50, (n) => makeOrder({ customerId, idempotencyKey: `key ${n}` }));
    const placements = await placeAll(orders, size);
    expect(count(placements)).toEqual({ placed: 1, duplicate: 49 });
    const existing = placements.flatMap((p) => (p.kind === 'duplicate' ? p.existingOrderId : []));
    expect(new Set(existing)).toEqual(idsOf(placements));
  },
);

test('50 requests at once with the same key and many bodies make one order', async () => {
  const { customerId } = makeOrder();
  const orders = times(50, (n) =>
    makeOrder({ customerId, idempotencyKey: 'many bodies', items: { [SKUS[n % 5] ?? '']: 1 } }),
  );
  const placements = await placeAll(orders, 1);
  expect(count(placements)).toEqual({ placed: 1, replayed: 9, 'key-reused': 40 });
});

test('the same key without a guard, since duplicates are allowed, makes one order all the same', async () => {
  const { customerId } = makeOrder();
  const orders = times(50, () =>
    makeOrder({ customerId, idempotencyKey: 'allowed', allowDuplicate: true }),
  );
  expect(count(await placeAll(orders, 2))).toEqual({ placed: 1, replayed: 49 });
});

test('the same key of many customers is a key each', async () => {
  const orders = times(50, () => makeOrder({ idempotencyKey: 'popular' }));
  expect(count(await placeAll(orders, 5))).toEqual({ placed: 50 });
});

test('hundreds of batches whose keys, baskets and SKUs cross each other all get through', async () => {
  const customers = times(6, () => makeOrder().customerId);
  const orders = times(2_000, (n) =>
    makeOrder({
      customerId: customers[(n * 7) % 6] ?? '',
      idempotencyKey: `crossing ${(n * 31) % 300}`,
      items: { [SKUS[n % 20] ?? '']: 1 + (n % 3), [SKUS[(n * 13 + 1) % 20] ?? '']: 1 },
      allowDuplicate: n % 3 === 0,
    }),
  );
  const placements = await placeAll(orders, 5);
  expect(placements).toHaveLength(2_000);
  const known = new Set(['placed', 'replayed', 'duplicate', 'key-reused']);
  expect(placements.filter(({ kind }) => !known.has(kind))).toEqual([]);
  const rows = await database.sql(
    `SELECT customer_id, idempotency_key FROM orders WHERE idempotency_key LIKE 'crossing%'`,
  );
  expect(rows).toHaveLength(count(placements)['placed'] ?? 0);
});
