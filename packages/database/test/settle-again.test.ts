import { cancelOrder } from '@orders/database/orders/cancel-order';
import { readOrder } from '@orders/database/orders/read-order';
import { readOrderEvents } from '@orders/database/orders/read-order-events';
import { settleOrders } from '@orders/database/orders/settle-orders';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { begin, place, POLICY, readStatuses, readStock, settle } from './drive-orders.ts';
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

test('captured twice, in one batch or by many workers at once, is captured once', async () => {
  const [id = ''] = await reserve('B-1');
  await Promise.all(times(10, () => settle(database, [id, id], 'captured')));
  expect(await readStock(database, 'B-1')).toEqual({ on_hand: 98, reserved: 0, sold: 2 });
  expect(await types(id)).toEqual(['placed', 'reserved', 'completed']);
  expect(await database.sql('SELECT * FROM refunds WHERE order_id = $1', [id])).toEqual([]);
});

test('the outcome of an earlier attempt changes nothing for the one under way', async () => {
  const [id = ''] = await reserve('E-1');
  await settle(database, [id], SOFT, 1);
  for (const late of [SOFT, HARD, { kind: 'voided' }] as const) {
    expect(await settle(database, [id], late, 1)).toEqual([
      { status: 'reserved', refundDue: false },
    ]);
  }
  const gaveUp = { kind: 'gave-up', reason: 'payment_unknown', error: 'x' } as const;
  await settleOrders(database, [{ orderId: id, attempt: 1, result: gaveUp }], POLICY);
  expect(await readStatuses(database, [id])).toEqual(['reserved']);
  expect(await types(id)).toEqual(['placed', 'reserved', 'payment_declined']);
});

test('a capture that contradicts an earlier decline is given back, whatever is under way', async () => {
  const [id = ''] = await reserve('F-1');
  await settle(database, [id], SOFT, 1);
  expect(await settle(database, [id], 'captured', 1)).toEqual([
    { status: 'reserved', refundDue: true },
  ]);
  const refunds = await database.sql(
    'SELECT attempt, outcome FROM payment_attempts p JOIN refunds r USING (order_id, charge_id) WHERE order_id = $1',
    [id],
  );
  expect(refunds).toEqual([{ attempt: 1, outcome: 'captured' }]);
});

test('what an operator has said before decides, not what a run is told after him', async () => {
  const [id = ''] = await reserve('G-1');
  await database.sql(
    `UPDATE payment_attempts SET outcome = 'captured', charge_id = 'said' WHERE order_id = $1`,
    [id],
  );
  expect(await settle(database, [id], HARD, 1)).toEqual([
    { status: 'completed', refundDue: false },
  ]);
});

test('two outcomes of one order in one batch both count: the second is decided on what the first made', async () => {
  const [id = ''] = await reserve('I-1');
  await settle(database, [id], { kind: 'voided' }, 1);
  const settled = await settleOrders(
    database,
    [
      { orderId: id, attempt: 2, result: HARD },
      { orderId: id, attempt: 1, result: { kind: 'captured', chargeId: 'late' } },
    ],
    POLICY,
  );
  expect(settled).toEqual([
    { status: 'rejected', refundDue: false },
    { status: 'rejected', refundDue: true },
  ]);
  const refunds = await database.sql('SELECT charge_id FROM refunds WHERE order_id = $1', [id]);
  expect(refunds).toEqual([{ charge_id: 'late' }]);
});

test('the reason for which an order ended stays, whatever happens to it afterwards', async () => {
  const [rejected = '', cancelled = ''] = await reserve('K-1', 2);
  await settle(database, [rejected], { kind: 'voided' }, 1);
  await settle(database, [rejected], HARD, 2);
  await settle(database, [rejected], 'captured', 1);
  expect(await readOrder(database, rejected)).toMatchObject({
    status: 'rejected',
    reason: 'payment_declined',
  });
  const cancel = { orderId: cancelled, customerId: null, reason: 'changed my mind', actor: 'op' };
  expect(await cancelOrder(database, cancel)).toMatchObject({ kind: 'cancelling' });
  await settle(database, [cancelled], { kind: 'voided' });
  expect(await readOrder(database, cancelled)).toMatchObject({
    status: 'cancelled',
    reason: 'changed my mind',
  });
});
