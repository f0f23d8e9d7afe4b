import { insertOrders } from '@orders/database/orders/insert-orders';
import type { AcceptedOrder, NewOrder } from '@orders/database/orders/new-order';
import { lockGuards } from '@orders/database/orders/lock-guards';
import { placeOrders } from '@orders/database/orders/place-orders';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { expectConsistent } from './expect-consistent.ts';
import { makeOrder, times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';
import { waitForWaiting } from './wait-for-waiting.ts';

const WINDOW = { duplicateWindowSeconds: 10_800 };

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
  await addProduct(database, 'PEN-0001', 1_000);
});
afterAll(() => database?.close());
afterEach(() => expectConsistent(database));

function accept(order: NewOrder): AcceptedOrder {
  const items = order.items.map((item) => ({ ...item, unitPriceMinor: 1_000 }));
  const units = order.items.reduce((sum, { quantity }) => sum + quantity, 0);
  return { order, items, totalMinor: units * 1_000 };
}

// A statement that has looked up what there is and waits while the other one writes.
test('an equal basket waits for the one before it, and is told what came of it', async () => {
  const first = makeOrder();
  const second = makeOrder({ customerId: first.customerId, idempotencyKey: 'second' });
  const other = makeOrder({ idempotencyKey: 'mate' });
  expect(second.fingerprint).toBe(first.fingerprint);
  const waiting = await database.prisma.$transaction(async (tx) => {
    expect(await insertOrders(tx, [accept(first)], WINDOW)).toMatchObject({ left: [] });
    const placing = placeOrders(database, [second, other], WINDOW);
    await waitForWaiting(database, 1);
    return { placing };
  });
  expect(await waiting.placing).toMatchObject([
    { kind: 'duplicate', existingOrderId: first.id },
    { kind: 'placed', order: { id: other.id } },
  ]);
});

test('a key that is taken meanwhile leaves the mates of its batch placed once', async () => {
  const { customerId } = makeOrder();
  const anyway = { customerId, idempotencyKey: 'same', allowDuplicate: true };
  const [first, second, other] = [makeOrder(anyway), makeOrder(anyway), makeOrder()];
  const waiting = await database.prisma.$transaction(async (tx) => {
    expect(await insertOrders(tx, [accept(first)], WINDOW)).toMatchObject({ left: [] });
    const placing = placeOrders(database, [other, second], WINDOW);
    await waitForWaiting(database, 1);
    return { placing };
  });
  expect(await waiting.placing).toMatchObject([
    { kind: 'placed', order: { id: other.id } },
    { kind: 'replayed', order: { id: first.id } },
  ]);
  expect(await database.sql('SELECT FROM orders WHERE id = $1', [other.id])).toHaveLength(1);
});

// SHA-256 of 'customer-1\nabc' begins with these 64 bits.
test('a guard is the same lock in every version', async () => {
  const basket = { customerId: 'customer-1', fingerprint: 'abc', allowDuplicate: false };
  const locks = await database.prisma.$transaction(async (tx) => {
    await lockGuards(tx, [basket], true);
    return tx.$queryRaw`
      SELECT ((classid::bigint << 32) | objid::bigint)::text AS guard
        FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()`;
  });
  expect(locks).toEqual([{ guard: '6002191718287157176' }]);
});

test('twins that appear meanwhile, one after the other, cost their batch-mates nothing', async () => {
  const wished = times(8, () => makeOrder());
  const { customerId = '' } = wished[0] ?? {};
  const mates = [makeOrder(), makeOrder({ customerId, allowDuplicate: true })];
  const twins = wished.map((order) => makeOrder({ customerId: order.customerId }));
  let writes = 0;
  const failpoint = async (name: string) => {
    const twin = twins[writes];
    if (name !== 'place.before-commit' || twin === undefined) return;
    writes += 1;
    await placeOrders(database, [twin], WINDOW);
  };
  const placements = await placeOrders({ ...database, failpoint }, [...wished, ...mates], WINDOW);
  const placed = Array<string>(9).fill('placed');
  expect(placements.map(({ kind }) => kind)).toEqual(['duplicate', ...placed]);
  expect(writes).toBe(1);
});

test('orders that are placed again with the same ids are placed, not twins or replays of themselves', async () => {
  const orders = [makeOrder(), makeOrder({ idempotencyKey: 'again' })];
  await placeOrders(database, orders, WINDOW);
  expect(await placeOrders(database, orders, WINDOW)).toMatchObject(
    orders.map(({ id }) => ({ kind: 'placed', order: { id } })),
  );
});
