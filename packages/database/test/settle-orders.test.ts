import { readOrder } from '@orders/database/orders/read-order';
import { readOrderEvents } from '@orders/database/orders/read-order-events';
import { settleOrders } from '@orders/database/orders/settle-orders';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { begin, place, POLICY, readStock, settle } from './drive-orders.ts';
import { expectConsistent } from './expect-consistent.ts';
import { makeOrder, times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase({ poolSize: 20 });
  await addProduct(database, 'PEN-0001', 1_000_000);
});
afterAll(() => database.close());
afterEach(() => expectConsistent(database));

const SOFT = { kind: 'declined', code: 'try_later', retryable: true } as const;
const HARD = { kind: 'declined', code: 'stolen_card', retryable: false } as const;

/** Orders of a SKU of their own, reserved, with their first attempt under way. */
async function reserve(sku: string, count = 1): Promise<string[]> {
  await addProduct(database, sku, 100);
  const ids = await place(
    database,
    times(count, () => makeOrder({ items: { [sku]: 2 } })),
  );
  await begin(database, ids);
  return ids;
}

const types = async (id: string): Promise<string[]> =>
  (await readOrderEvents(database, id)).map(({ type }) => type);

test('a captured payment completes the order and sells its stock', async () => {
  const ids = await reserve('A-1', 3);
  expect(await settle(database, ids, 'captured')).toEqual(
    Array(3).fill({ status: 'completed', refundDue: false }),
  );
  expect(await readStock(database, 'A-1')).toEqual({ on_hand: 94, reserved: 0, sold: 6 });
  const order = await readOrder(database, ids[0] ?? '');
  expect(order).toMatchObject({ status: 'completed', reason: null, version: 3 });
  expect(order?.processingFinishedAt).toBe(order?.completedAt);
  expect(order?.processingStartedAt).not.toBeNull();
  expect(await readOrderEvents(database, ids[0] ?? '', 2)).toMatchObject([
    { type: 'completed', data: { attempt: 1, chargeId: `charge-of-${ids[0]}-1` } },
  ]);
});

test('a hard decline rejects at once and releases the stock', async () => {
  const [id = ''] = await reserve('C-1');
  await settle(database, [id], HARD);
  expect(await readOrder(database, id)).toMatchObject({
    status: 'rejected',
    reason: 'payment_declined',
  });
  expect(await readStock(database, 'C-1')).toEqual({ on_hand: 100, reserved: 0, sold: 0 });
});

test('a soft decline is tried again with a new key, three attempts in all, then rejected', async () => {
  const [id = ''] = await reserve('D-1');
  for (const attempt of [1, 2]) {
    expect(await settle(database, [id], SOFT, attempt)).toMatchObject([{ status: 'reserved' }]);
    const [next] = await begin(database, [id]);
    expect(next).toMatchObject({
      kind: 'call',
      call: {
        kind: 'charge',
        attempt: { attempt: attempt + 1, key: `charge-${id}-${attempt + 1}` },
      },
    });
  }
  expect(await readStock(database, 'D-1')).toEqual({ on_hand: 100, reserved: 2, sold: 0 });
  expect(await settle(database, [id], SOFT, 3)).toMatchObject([{ status: 'rejected' }]);
  expect(await readStock(database, 'D-1')).toEqual({ on_hand: 100, reserved: 0, sold: 0 });
  expect(await types(id)).toEqual([
    'placed',
    'reserved',
    'payment_declined',
    'payment_declined',
    'rejected',
  ]);
});

test('a refused request fails the order with its stock released; nothing was charged', async () => {
  const [id = ''] = await reserve('F-1');
  await settle(database, [id], { kind: 'refused', code: 'invalid-request' });
  expect(await readOrder(database, id)).toMatchObject({
    status: 'failed',
    reason: 'payment_refused',
  });
  expect(await readStock(database, 'F-1')).toEqual({ on_hand: 100, reserved: 0, sold: 0 });
});

test('giving up with an unknown outcome keeps the stock, for the goods may be paid', async () => {
  const [id = ''] = await reserve('G-1');
  const result = { kind: 'gave-up', reason: 'payment_unknown', error: 'no answer' } as const;
  await settleOrders(database, [{ orderId: id, attempt: 1, result }], POLICY);
  expect(await readOrder(database, id)).toMatchObject({
    status: 'failed',
    reason: 'payment_unknown',
  });
  expect(await readStock(database, 'G-1')).toEqual({ on_hand: 100, reserved: 2, sold: 0 });
  const letters = await database.sql(
    'SELECT reason, from_status, detail FROM dead_letters WHERE order_id = $1',
    [id],
  );
  expect(letters).toEqual([
    {
      reason: 'payment_unknown',
      from_status: 'reserved',
      detail: { attempt: 1, error: 'no answer' },
    },
  ]);
});

test('every element of a batch gets its own outcome', async () => {
  const ids = await reserve('H-1', 4);
  const results = [
    { kind: 'captured', chargeId: 'h' } as const,
    SOFT,
    HARD,
    { kind: 'gave-up', reason: 'payment_unavailable', error: 'away' } as const,
  ];
  const settled = await settleOrders(
    database,
    results.map((result, n) => ({ orderId: ids[n] ?? '', attempt: 1, result })),
    POLICY,
  );
  expect(settled.map(({ status }) => status)).toEqual([
    'completed',
    'reserved',
    'rejected',
    'failed',
  ]);
  expect(await readStock(database, 'H-1')).toEqual({ on_hand: 98, reserved: 4, sold: 2 });
});

test('captured orders complete though the stock has shrunk below what is reserved', async () => {
  const ids = await reserve('J-1', 3);
  await database.sql(`UPDATE inventory SET on_hand = 1 WHERE sku = 'J-1'`);
  await database.sql(
    `INSERT INTO stock_movements (sku, kind, delta, balance, reason, actor) VALUES ('J-1', 'warehouse', -99, 1, 'count', 'w')`,
  );
  await database.sql(`INSERT INTO stock_shortfalls (sku, missing) VALUES ('J-1', 5)`);
  await settle(database, ids, 'captured');
  expect(await readStock(database, 'J-1')).toEqual({ on_hand: -5, reserved: 0, sold: 6 });
});
