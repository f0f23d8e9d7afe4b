import { cancelOrder } from '@orders/database/orders/cancel-order';
import { readOrderEvents } from '@orders/database/orders/read-order-events';
import { readOldestRefundSeconds } from '@orders/database/payments/read-oldest-refund';
import { settleRefund } from '@orders/database/payments/settle-refund';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { begin, place, readStatuses, readStock, settle } from './drive-orders.ts';
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

/** An order that was reserved when its customer cancelled it. */
async function startCancelling(sku: string): Promise<string> {
  await addProduct(database, sku, 10);
  const [id = ''] = await place(database, [makeOrder({ items: { [sku]: 2 } })]);
  await begin(database, [id]);
  const cancel = { orderId: id, customerId: null, reason: null, actor: 'op' };
  expect((await cancelOrder(database, cancel)).kind).toBe('cancelling');
  return id;
}

const readRefunds = (id: string) =>
  database.sql(
    `SELECT n, key, charge_id, amount_minor::int, refunded_at IS NOT NULL AS done FROM refunds WHERE order_id = $1`,
    [id],
  );

test('an order that is being cancelled asks for the void of its attempt', async () => {
  const id = await startCancelling('A-1');
  expect(await begin(database, [id])).toMatchObject([
    { kind: 'call', call: { kind: 'void', attempt: { attempt: 1, key: `charge-${id}-1` } } },
  ]);
  expect(await readStock(database, 'A-1')).toEqual({ on_hand: 10, reserved: 2, sold: 0 });
});

test.each([
  ['voided', { kind: 'voided' }],
  ['declined', { kind: 'declined', code: 'no', retryable: true }],
  ['refused', { kind: 'refused', code: 'bad' }],
] as const)(
  'cancelling ends at once when the payment was %s, with the stock back',
  async (name, outcome) => {
    const id = await startCancelling(`B-${name.toUpperCase()}`);
    await settle(database, [id], outcome);
    expect(await readStatuses(database, [id])).toEqual(['cancelled']);
    expect(await readStock(database, `B-${name.toUpperCase()}`)).toMatchObject({ reserved: 0 });
  },
);

test('a payment captured while cancelling is given back once, and then the order is cancelled', async () => {
  const id = await startCancelling('C-1');
  const settled = await Promise.all(times(10, () => settle(database, [id], 'captured')));
  expect(settled.flat().filter(({ refundDue }) => refundDue)).toHaveLength(1);
  expect(await readRefunds(id)).toEqual([
    {
      n: 1,
      key: `refund-${id}-1`,
      charge_id: `charge-of-${id}-1`,
      amount_minor: 2_000,
      done: false,
    },
  ]);
  expect(await begin(database, [id])).toMatchObject([
    {
      kind: 'call',
      call: { kind: 'refund', refund: { n: 1, key: `refund-${id}-1`, amountMinor: 2_000 } },
    },
  ]);
  expect(await readStock(database, 'C-1')).toMatchObject({ reserved: 2 });
  await Promise.all(times(10, () => settleRefund(database, id, 1, 're_1')));
  expect(await readStatuses(database, [id])).toEqual(['cancelled']);
  expect(await readStock(database, 'C-1')).toEqual({ on_hand: 10, reserved: 0, sold: 0 });
  expect(await begin(database, [id])).toEqual([{ kind: 'rest' }]);
  expect((await readOrderEvents(database, id)).map(({ type }) => type)).toEqual([
    'placed',
    'reserved',
    'cancelling',
    'refund_requested',
    'cancelled',
  ]);
});

test('a capture found on an order that is cancelled already makes one refund, which is driven to its end', async () => {
  const id = await startCancelling('D-1');
  await settle(database, [id], { kind: 'voided' });
  expect(await readStatuses(database, [id])).toEqual(['cancelled']);
  const settled = await Promise.all(times(10, () => settle(database, [id, id], 'captured')));
  expect(settled.flat().filter(({ refundDue }) => refundDue)).toHaveLength(1);
  expect(await readRefunds(id)).toHaveLength(1);
  const [due] = await database.sql(
    'SELECT next_check_at <= now() AS due FROM orders WHERE id = $1',
    [id],
  );
  expect(due).toEqual({ due: true });
  expect(await begin(database, [id])).toMatchObject([{ kind: 'call', call: { kind: 'refund' } }]);
  await settleRefund(database, id, 1, 're_2');
  expect(await begin(database, [id])).toEqual([{ kind: 'rest' }]);
  const [rest] = await database.sql('SELECT status, next_check_at FROM orders WHERE id = $1', [id]);
  expect(rest).toEqual({ status: 'cancelled', next_check_at: null });
});

test('a refund that was given by hand is written down as the runbook says, and the order ends', async () => {
  const byHand = (id: string) =>
    database.sql(
      `UPDATE refunds SET refunded_at = now(), refund_id = 're_by_hand'
        WHERE order_id = $1 AND n = 1 AND refunded_at IS NULL`,
      [id],
    );
  const cancelling = await startCancelling('H-1');
  await settle(database, [cancelling], 'captured');
  expect(await readOldestRefundSeconds(database)).toBeGreaterThan(0);
  await byHand(cancelling);
  expect(await begin(database, [cancelling])).toMatchObject([{ call: { kind: 'settle' } }]);
  await settle(database, [cancelling], 'captured');
  expect(await readStatuses(database, [cancelling])).toEqual(['cancelled']);
  expect(await readStock(database, 'H-1')).toMatchObject({ reserved: 0 });

  const atRest = await startCancelling('H-2');
  await settle(database, [atRest], { kind: 'voided' });
  await settle(database, [atRest], 'captured');
  await byHand(atRest);
  await database.sql(
    `UPDATE orders SET next_check_at = NULL
      WHERE id = $1 AND status IN ('completed', 'rejected', 'cancelled')`,
    [atRest],
  );
  expect(await begin(database, [atRest])).toEqual([{ kind: 'rest' }]);
  expect(await readRefunds(atRest)).toMatchObject([{ done: true }]);
});

test('money that an earlier attempt turns out to have taken goes back before the next charge', async () => {
  await addProduct(database, 'E-1', 10);
  const [id = ''] = await place(database, [makeOrder({ items: { 'E-1': 1 } })]);
  await begin(database, [id]);
  await settle(database, [id], { kind: 'voided' }, 1);
  expect(await settle(database, [id], 'captured', 1)).toEqual([
    { status: 'reserved', refundDue: true },
  ]);
  expect(await begin(database, [id])).toMatchObject([{ call: { kind: 'refund' } }]);
  await settleRefund(database, id, 1, 're_3');
  expect(await begin(database, [id])).toMatchObject([
    { call: { kind: 'charge', attempt: { attempt: 2 } } },
  ]);
  await settle(database, [id], 'captured', 2);
  expect(await readStatuses(database, [id])).toEqual(['completed']);
});

/** An order whose first attempt is voided and whose second one is under way. */
async function startSecondAttempt(sku: string): Promise<string> {
  await addProduct(database, sku, 10);
  const [id = ''] = await place(database, [makeOrder({ items: { [sku]: 1 } })]);
  await begin(database, [id]);
  await settle(database, [id], { kind: 'voided' }, 1);
  return id;
}

test('a void that did not hold is refunded even when the order has completed with another charge', async () => {
  const id = await startSecondAttempt('F-1');
  await settle(database, [id], 'captured', 2);
  expect(await settle(database, [id], 'captured', 1)).toEqual([
    { status: 'completed', refundDue: true },
  ]);
  expect(await begin(database, [id])).toMatchObject([
    { call: { kind: 'refund', refund: { chargeId: `charge-of-${id}-1` } } },
  ]);
  await settleRefund(database, id, 1, 're_4');
  expect(await begin(database, [id])).toEqual([{ kind: 'rest' }]);
  expect(await readStatuses(database, [id])).toEqual(['completed']);
  expect(await readStock(database, 'F-1')).toEqual({ on_hand: 9, reserved: 0, sold: 1 });
});

test.each([
  ['completed', 'captured'],
  ['rejected', { kind: 'declined', code: 'no', retryable: false }],
] as const)(
  'a refund that is owed when the order ends as %s is not forgotten',
  async (status, outcome) => {
    const id = await startSecondAttempt(`G-${status.toUpperCase()}`);
    await settle(database, [id], 'captured', 1);
    await settle(database, [id], outcome, 2);
    expect(await readStatuses(database, [id])).toEqual([status]);
    const [row] = await database.sql(
      'SELECT next_check_at <= now() AS due FROM orders WHERE id = $1',
      [id],
    );
    expect(row).toEqual({ due: true });
    expect(await begin(database, [id])).toMatchObject([{ call: { kind: 'refund' } }]);
    await settleRefund(database, id, 1, `re_${status}`);
    expect(await begin(database, [id])).toEqual([{ kind: 'rest' }]);
  },
);
