import { createDatabase } from '@orders/database/client';
import type { NewOrder, Placement } from '@orders/database/orders/new-order';
import { placeOrders } from '@orders/database/orders/place-orders';
import { createPriceMemory } from '@orders/database/orders/price-memory';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { expectConsistent } from './expect-consistent.ts';
import { listStatements } from './list-statements.ts';
import { makeOrder, times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';
import { startProxy } from './start-proxy.ts';

// The first try looks up nothing: everything that it rests on, the writing statement has to find again.
let database: TestDatabase;
let number = 0;
let [pen, ink] = ['', ''];
let options = { duplicateWindowSeconds: 10_800, memory: createPriceMemory() };

beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());
afterEach(() => expectConsistent(database));
beforeEach(async () => {
  number += 1;
  [pen, ink] = [`PEN-${number}`, `INK-${number}`];
  for (const sku of [pen, ink]) await addProduct(database, sku, 1_000_000);
  options = { ...options, memory: createPriceMemory() };
  const [first] = await placeOrders(database, [order({ [ink]: 1 })], options);
  expect(first?.kind).toBe('placed');
});

type Rest = Parameters<typeof makeOrder>[0];
const order = (items: Record<string, number> = { [pen]: 1, [ink]: 1 }, rest: Rest = {}) =>
  makeOrder({ items, ...rest });
const kindsOf = (placements: { readonly kind: string }[]) => placements.map(({ kind }) => kind);
const remember = () => placeOrders(database, [order()], options);
const change = (sku: string, set: string) =>
  database.sql(`UPDATE products SET ${set} WHERE sku = $1`, [sku]);

test('what is remembered is placed by one statement', async () => {
  await remember();
  const orders = times(5, () => order());
  const { result, statements } = await listStatements(() => placeOrders(database, orders, options));
  expect(kindsOf(result)).toEqual(Array(5).fill('placed'));
  expect(statements).toEqual(['WITH']);
});

test('a price that has changed is not the price of an order; those without the product do not care', async () => {
  await remember();
  await change(pen, 'price_minor = 1200');
  const orders = [
    order(),
    order({ [ink]: 2 }),
    order({ [pen]: 1 }, { expectedTotal: { amount: 1_000, currency: 'USD' } }),
    order({ [pen]: 1 }, { expectedTotal: { amount: 1_200, currency: 'USD' } }),
  ];
  expect(await placeOrders(database, orders, options)).toMatchObject([
    {
      kind: 'placed',
      order: { total: { amount: 2_200 }, items: [{ unitPrice: { amount: 1_200 } }, {}] },
    },
    { kind: 'placed', order: { total: { amount: 2_000 } } },
    { kind: 'total-mismatch', total: { amount: 1_200 } },
    { kind: 'placed', order: { total: { amount: 1_200 } } },
  ]);
  const { statements } = await listStatements(() => placeOrders(database, [order()], options));
  expect(statements).toEqual(['WITH']);
});

test('a product that is not sold any more is refused, one that is again is sold', async () => {
  await remember();
  await change(pen, 'active = false');
  const placements = await placeOrders(database, [order(), order({ [ink]: 1 })], options);
  expect(placements).toMatchObject([{ kind: 'inactive-product', skus: [pen] }, { kind: 'placed' }]);
  await change(pen, 'active = true');
  expect(kindsOf(await placeOrders(database, [order()], options))).toEqual(['placed']);
});

test('what was unknown is looked for each time', async () => {
  await remember();
  const orders = () => [order({ [`NEW-${number}`]: 1 }), order()];
  expect(kindsOf(await placeOrders(database, orders(), options))).toEqual([
    'unknown-sku',
    'placed',
  ]);
  await addProduct(database, `NEW-${number}`, 10);
  expect(kindsOf(await placeOrders(database, orders(), options))).toEqual(['placed', 'placed']);
});

test('keys and twins are found by the statement that writes, and cost their mates nothing', async () => {
  const known = order(undefined, { idempotencyKey: 'known' });
  await placeOrders(database, [known], options);
  const { customerId } = known;
  const anyway = { customerId, idempotencyKey: 'known', allowDuplicate: true };
  const orders = [
    order(),
    order(undefined, { customerId, idempotencyKey: 'known' }),
    order({ [pen]: 7 }, anyway),
    order(undefined, { customerId }),
    order(undefined, { customerId, allowDuplicate: true }),
    order(),
  ];
  expect(await placeOrders(database, orders, options)).toMatchObject([
    { kind: 'placed' },
    { kind: 'replayed', order: { id: known.id } },
    { kind: 'key-reused' },
    // Of the newest that there is: it was refused after its mates had been written.
    { kind: 'duplicate', existingOrderId: orders[4]?.id },
    { kind: 'placed' },
    { kind: 'placed' },
  ]);
  const rows = await database.sql('SELECT FROM orders WHERE id = ANY($1)', [
    orders.map(({ id }) => id),
  ]);
  expect(rows).toHaveLength(3);
});

test('who equals a mate that was left out is told of what that mate equals', async () => {
  const known = order(undefined, { idempotencyKey: 'known' });
  await placeOrders(database, [known], options);
  const { customerId } = known;
  const twins = times(2, () => order(undefined, { customerId }));
  expect(await placeOrders(database, twins, options)).toEqual(
    twins.map(() => ({ kind: 'duplicate', existingOrderId: known.id })),
  );
  const again = times(2, () => order(undefined, { customerId, idempotencyKey: 'known' }));
  expect(await placeOrders(database, again, options)).toMatchObject(
    again.map(() => ({ kind: 'replayed', order: { id: known.id } })),
  );
});

test('orders that are placed again with the same ids are placed, not twins or replays of themselves', async () => {
  await remember();
  const orders = [
    order(),
    order(undefined, { idempotencyKey: 'again' }),
    order(undefined, { allowDuplicate: true }),
  ];
  await placeOrders(database, orders, options);
  expect(await placeOrders(database, [...orders, order()], options)).toMatchObject([
    ...orders.map(({ id }) => ({ kind: 'placed', order: { id } })),
    { kind: 'placed' },
  ]);
});

test('a lost reply to the first try is the truth for every caller of the batch: placed once', async () => {
  await remember();
  const orders = [order(), order(undefined, { idempotencyKey: 'lost' })];
  expect(await placeBehind('left_out\0', orders)).toMatchObject(
    orders.map(({ id }) => ({ kind: 'placed', order: { id } })),
  );
});

test('who is placed is told so, although what became of the others cannot be read', async () => {
  await remember();
  const orders = [order(), order({ NOWHERE: 1 }), order()];
  expect(await placeBehind('products\0', orders)).toMatchObject([
    { kind: 'placed', order: { id: orders[0]?.id } },
    { kind: 'unread', error: expect.any(Error) },
    { kind: 'placed', order: { id: orders[2]?.id } },
  ]);
});

test('nor does a failure of the others concern them', async () => {
  await remember();
  await addProduct(database, `LATE-${number}`, 10);
  let writes = 0;
  const failpoint = async (name: string) => {
    if (name === 'place.before-commit') writes += 1;
    if (writes > 1) throw new Error('no more');
  };
  const orders = [order(), order({ [`LATE-${number}`]: 1 })];
  expect(await placeOrders({ ...database, failpoint }, orders, options)).toMatchObject([
    { kind: 'placed', order: { id: orders[0]?.id } },
    { kind: 'unread', error: { message: 'no more' } },
  ]);
});

test('who is left out leaves nothing behind', async () => {
  const known = order(undefined, { idempotencyKey: 'known' });
  await placeOrders(database, [known], options);
  const counters = () =>
    database.sql('SELECT ctid::text, pending FROM order_counters ORDER BY shard');
  const before = await counters();
  const again = order(undefined, { customerId: known.customerId, idempotencyKey: 'known' });
  expect(kindsOf(await placeOrders(database, [again], options))).toEqual(['replayed']);
  expect(await counters()).toEqual(before);
});

/** Places orders over a connection that breaks with the first reply that has this in it. */
async function placeBehind(mark: string, orders: NewOrder[]): Promise<Placement[]> {
  const proxy = await startProxy(database.url);
  const behind = createDatabase({
    url: proxy.url,
    poolSize: 2,
    applicationName: 'behind the proxy',
  });
  try {
    let cuts = 0;
    proxy.watch((reply) => {
      if (cuts > 0 || !reply.includes(mark)) return 'pass';
      cuts += 1;
      return 'cut';
    });
    const placements = await placeOrders(behind, orders, options);
    expect(cuts).toBe(1);
    return placements;
  } finally {
    await behind.close();
    await proxy.close();
  }
}

test('a memory keeps the newest prices, and no more than it may', () => {
  const { prices, remember: keep } = createPriceMemory(3);
  const of = (...skus: string[]) =>
    new Map(skus.map((sku) => [sku, { priceMinor: sku.length, active: true }]));
  keep(of('A', 'B', 'C'));
  keep(new Map([['C', { priceMinor: 9, active: false }]]));
  keep(of('D'));
  expect([...prices.keys()]).toEqual(['B', 'C', 'D']);
  expect(prices.get('C')).toEqual({ priceMinor: 9, active: false });
});
