import { readOrder } from '@orders/database/orders/read-order';
import { readOrderEvents } from '@orders/database/orders/read-order-events';
import { placeOrders } from '@orders/database/orders/place-orders';
import { orderSchema } from '@orders/domain/contracts/order';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { expectConsistent } from './expect-consistent.ts';
import { makeOrder } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

const WINDOW = { duplicateWindowSeconds: 10_800 };

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
  await addProduct(database, 'PEN-0001', 1_000_000, { priceMinor: 250 });
  await addProduct(database, 'MUG-0001', 1_000_000, { priceMinor: 999 });
  await addProduct(database, 'OLD-0001', 10, { active: false });
});
afterAll(() => database.close());
afterEach(() => expectConsistent(database));

const usd = (amount: number) => ({ amount, currency: 'USD' });

test('a placed order is answered exactly as it can be read from then on', async () => {
  const order = makeOrder({
    items: { 'MUG-0001': 2, 'PEN-0001': 3 },
    expectedTotal: usd(2_748),
    metadata: { note: 'tür 7 „hinten“ 🚪', empty: '' },
    idempotencyKey: 'key "with" \\ odd, {characters}',
  });
  const [placement] = await placeOrders(database, [order], WINDOW);
  expect(placement).toMatchObject({
    kind: 'placed',
    order: {
      id: order.id,
      status: 'pending',
      version: 1,
      total: usd(2_748),
      items: [
        { sku: 'MUG-0001', quantity: 2, unitPrice: usd(999) },
        { sku: 'PEN-0001', quantity: 3, unitPrice: usd(250) },
      ],
      metadata: order.metadata,
    },
  });
  const read = await readOrder(database, order.id);
  expect({ kind: 'placed', order: read }).toEqual(placement);
  expect(orderSchema.parse(read)).toEqual(read);
  expect(await readOrderEvents(database, order.id)).toMatchObject([
    { seq: 1, type: 'placed', from: null, to: 'pending', actor: 'customer' },
  ]);
  expect(await readOrderEvents(database, order.id, 1)).toEqual([]);
});

test('a repeated request with its key gives the same order as it is now, and its own only', async () => {
  const first = makeOrder({ idempotencyKey: 'again' });
  await placeOrders(database, [first], WINDOW);
  await database.sql(`UPDATE orders SET reason = 'changed since' WHERE id = $1`, [first.id]);
  const again = makeOrder({ idempotencyKey: 'again', customerId: first.customerId });
  const other = makeOrder({ idempotencyKey: 'again' });
  const [replayed, placed] = await placeOrders(database, [again, other], WINDOW);
  expect(replayed).toMatchObject({
    kind: 'replayed',
    order: { id: first.id, reason: 'changed since' },
  });
  expect(placed).toMatchObject({ kind: 'placed', order: { id: other.id } });
});

test('a key is refused for another body, and keeps belonging to the first', async () => {
  const first = makeOrder({ idempotencyKey: 'mine' });
  const { customerId } = first;
  const other = makeOrder({ idempotencyKey: 'mine', customerId, items: { 'MUG-0001': 1 } });
  const again = makeOrder({ idempotencyKey: 'mine', customerId });
  const kinds = (await placeOrders(database, [first, other, again], WINDOW)).map((p) => p.kind);
  expect(kinds).toEqual(['placed', 'key-reused', 'replayed']);
  expect(await placeOrders(database, [other], WINDOW)).toEqual([{ kind: 'key-reused' }]);
});

test('refusals are results at their places, and their mates are placed', async () => {
  const results = await placeOrders(
    database,
    [
      makeOrder(),
      makeOrder({ items: { 'NO-SUCH-1': 1, 'PEN-0001': 1, 'NO-SUCH-2': 1 } }),
      makeOrder({ items: { 'OLD-0001': 1 } }),
      makeOrder(),
      makeOrder({ expectedTotal: usd(249) }),
      makeOrder({ expectedTotal: { amount: 250, currency: 'EUR' } }),
      makeOrder({ expectedTotal: usd(250) }),
    ],
    WINDOW,
  );
  expect(results.map(({ kind }) => kind)).toEqual([
    'placed',
    'unknown-sku',
    'inactive-product',
    'placed',
    'total-mismatch',
    'total-mismatch',
    'placed',
  ]);
  expect(results[1]).toEqual({ kind: 'unknown-sku', skus: ['NO-SUCH-1', 'NO-SUCH-2'] });
  expect(results[2]).toEqual({ kind: 'inactive-product', skus: ['OLD-0001'] });
  expect(results[4]).toEqual({ kind: 'total-mismatch', total: usd(250) });
});

test('a refused order leaves its key and its basket free', async () => {
  const refused = makeOrder({ idempotencyKey: 'free', expectedTotal: usd(1) });
  const { customerId } = refused;
  const results = await placeOrders(
    database,
    [refused, makeOrder({ idempotencyKey: 'free', customerId })],
    WINDOW,
  );
  expect(results.map(({ kind }) => kind)).toEqual(['total-mismatch', 'placed']);
});

test('a batch of the greatest orders is placed at once, an empty one not at all', async () => {
  await database.sql(
    `INSERT INTO products (sku, name, price_minor, currency)
     SELECT 'WIDE-' || n, 'wide', 9007199254740, 'USD' FROM generate_series(1, 100) n`,
  );
  const items = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`WIDE-${n + 1}`, 10]));
  const orders = Array.from({ length: 100 }, () =>
    makeOrder({ items, metadata: { x: 'y'.repeat(4_000) } }),
  );
  const results = await placeOrders(database, orders, WINDOW);
  expect(new Set(results.map(({ kind }) => kind))).toEqual(new Set(['placed']));
  const read = await readOrder(database, orders[99]?.id ?? '');
  expect(read?.total).toEqual(usd(9_007_199_254_740 * 1_000));
  expect(read?.items.map(({ sku }) => sku)).toEqual(Object.keys(items));
  expect(await placeOrders(database, [], WINDOW)).toEqual([]);
});
