import { placeOrders } from '@orders/database/orders/place-orders';
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

test('an equal basket of the same customer is a duplicate, in any order of its items', async () => {
  const first = makeOrder({ items: { 'PEN-0001': 1, 'MUG-0001': 2 } });
  const { customerId } = first;
  await placeOrders(database, [first], WINDOW);
  const equal = { customerId, items: { 'MUG-0001': 2, 'PEN-0001': 1 } };
  const results = await placeOrders(
    database,
    [
      makeOrder({ ...equal, idempotencyKey: 'new key' }),
      makeOrder({ ...equal, items: { 'MUG-0001': 2, 'PEN-0001': 2 } }),
      makeOrder({ ...equal, allowDuplicate: true }),
      makeOrder({ items: equal.items }),
    ],
    WINDOW,
  );
  expect(results.map(({ kind }) => kind)).toEqual(['duplicate', 'placed', 'placed', 'placed']);
  expect(results[0]).toEqual({ kind: 'duplicate', existingOrderId: first.id });
});

test('a duplicate is looked for within the window only, and not at all without one', async () => {
  const first = makeOrder();
  const { customerId } = first;
  await placeOrders(database, [first], WINDOW);
  const off = await placeOrders(database, [makeOrder({ customerId })], {
    duplicateWindowSeconds: 0,
  });
  expect(off[0]?.kind).toBe('placed');
  await database.sql(
    `UPDATE orders SET created_at = now() - interval '2 hours' WHERE customer_id = $1`,
    [customerId],
  );
  const at = (seconds: number) =>
    placeOrders(database, [makeOrder({ customerId })], { duplicateWindowSeconds: seconds });
  expect((await at(7_201))[0]?.kind).toBe('duplicate');
  expect((await at(7_199))[0]?.kind).toBe('placed');
});

test('an order that is over is no duplicate, unless it failed with its payment in doubt', async () => {
  const place = async (status: string, outcome: string | null | undefined) => {
    const order = makeOrder();
    await placeOrders(database, [order], WINDOW);
    await database.sql(
      `UPDATE orders SET status = $2, next_check_at = NULL, holds_stock = false,
              completed_at = CASE WHEN $2 = 'completed' THEN now() END WHERE id = $1`,
      [order.id, status],
    );
    if (outcome !== undefined) {
      await database.sql(
        `INSERT INTO payment_attempts (order_id, attempt, key, amount_minor, currency, outcome, charge_id)
         VALUES ($1, 1, 'key', 250, 'USD', $2, 'charge')`,
        [order.id, outcome],
      );
    }
    const { customerId } = order;
    const [second] = await placeOrders(database, [makeOrder({ customerId })], WINDOW);
    return second?.kind;
  };
  expect(await place('cancelled', undefined)).toBe('placed');
  expect(await place('rejected', 'declined')).toBe('placed');
  expect(await place('failed', 'declined')).toBe('placed');
  expect(await place('failed', undefined)).toBe('placed');
  expect(await place('failed', null)).toBe('duplicate');
  expect(await place('completed', 'captured')).toBe('duplicate');
  // Made up above, without what belongs to these statuses.
  await database.sql('TRUNCATE orders CASCADE');
  await database.sql('UPDATE order_counters SET pending = 0');
});
