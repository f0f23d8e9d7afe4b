import { type Beginning, beginOrders } from '@orders/database/orders/begin-orders';
import { cancelOrder } from '@orders/database/orders/cancel-order';
import type { OrderMove } from '@orders/database/orders/order-move';
import { readOrder } from '@orders/database/orders/read-order';
import { readOrderEvents } from '@orders/database/orders/read-order-events';
import { settleOrders } from '@orders/database/orders/settle-orders';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { addProduct } from './add-product.ts';
import {
  begin,
  captured,
  handOn,
  place,
  placeCrossing,
  POLICY,
  readRuns,
  readStatuses,
  readStock,
  settle,
} from './drive-orders.ts';
import { expectConsistent } from './expect-consistent.ts';
import { listStatements } from './list-statements.ts';
import { makeOrder, times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

let started: TestDatabase;
let database: TestDatabase;
let told: OrderMove[] = [];
beforeAll(async () => {
  started = await startDatabase({ poolSize: 20 });
  database = { ...started, onMoves: (moves) => told.push(...moves) };
});
afterAll(() => started?.close());
beforeEach(() => {
  told = [];
});
afterEach(() => expectConsistent(database));

const COMPLETED = { status: 'completed', refundDue: false };

interface Begun {
  readonly id: string;
  readonly beginning: Beginning | undefined;
}

/** Orders with these items each, begun in one batch by a run that remembers how it reserved them. */
async function reserve(...orders: Record<string, number>[]): Promise<Begun[]> {
  const ids = await place(
    database,
    orders.map((items) => makeOrder({ items })),
  );
  const beginnings = await begin(database, ids);
  const begun = ids.map((id, n) => ({ id, beginning: beginnings[n] }));
  expect(begun.filter(({ beginning }) => handOn(beginning).reserved === undefined)).toEqual([]);
  told = [];
  return begun;
}

const paid = ({ id, beginning }: Begun) => captured(id, beginning);
const types = async (id: string): Promise<string[]> =>
  (await readOrderEvents(database, id)).map(({ type }) => type);

test('a paid order is completed by one statement, with all that belongs to it', async () => {
  await addProduct(database, 'A-1', 10);
  const begun = await reserve({ 'A-1': 2 }, { 'A-1': 1 });
  const { result, statements } = await listStatements(() =>
    settleOrders(database, begun.map(paid), POLICY),
  );
  expect(result).toEqual([COMPLETED, COMPLETED]);
  expect(statements).toEqual(['WITH']);

  const [id = ''] = begun.map((each) => each.id);
  expect(await readStock(database, 'A-1')).toEqual({ on_hand: 7, reserved: 0, sold: 3 });
  const order = await readOrder(database, id);
  expect(order).toMatchObject({ status: 'completed', reason: null, version: 3 });
  expect(order?.processingStartedAt).not.toBeNull();
  expect(order?.processingFinishedAt).toBe(order?.completedAt);
  const chargeId = `charge-of-${id}-1`;
  expect(await readOrderEvents(database, id, 2)).toMatchObject([
    {
      seq: 3,
      type: 'completed',
      from: 'reserved',
      to: 'completed',
      data: { attempt: 1, chargeId },
    },
  ]);
  const attempts = await database.sql(
    'SELECT outcome, charge_id, settled_at IS NULL AS is_open FROM payment_attempts WHERE order_id = $1',
    [id],
  );
  expect(attempts).toEqual([{ outcome: 'captured', charge_id: chargeId, is_open: false }]);
  const rest = { status: 'completed', reason: 'none' };
  expect(told).toEqual(begun.map(({ id: orderId }) => expect.objectContaining({ orderId, rest })));
});

test('the items of a batch that share their SKUs add up', async () => {
  for (const sku of ['B-1', 'B-2', 'B-3']) await addProduct(database, sku, 100);
  const begun = await reserve(
    { 'B-1': 1, 'B-2': 2 },
    { 'B-2': 3, 'B-1': 5 },
    { 'B-3': 7 },
    { 'B-3': 11, 'B-1': 13 },
  );
  const left = begun.pop();
  await settleOrders(database, begun.map(paid), POLICY);
  expect(await readStock(database, 'B-1')).toEqual({ on_hand: 94, reserved: 13, sold: 6 });
  expect(await readStock(database, 'B-2')).toEqual({ on_hand: 95, reserved: 0, sold: 5 });
  expect(await readStock(database, 'B-3')).toEqual({ on_hand: 93, reserved: 11, sold: 7 });
  expect(await readStatuses(database, [left?.id ?? ''])).toEqual(['reserved']);
});

test('an order that was cancelled meanwhile gets its money back, while its batch-mate is completed', async () => {
  await addProduct(database, 'C-1', 10);
  const begun = await reserve({ 'C-1': 1 }, { 'C-1': 2 });
  const [id = '', mate] = begun.map((each) => each.id);
  await cancelOrder(started, { orderId: id, customerId: null, reason: null, actor: 'c' });
  expect(await settleOrders(database, begun.map(paid), POLICY)).toEqual([
    { status: 'cancelling', refundDue: true },
    COMPLETED,
  ]);
  expect(await readStock(database, 'C-1')).toEqual({ on_hand: 8, reserved: 1, sold: 2 });
  expect(await types(id)).toEqual(['placed', 'reserved', 'cancelling', 'refund_requested']);
  const refunds = await database.sql('SELECT order_id, charge_id FROM refunds');
  expect(refunds).toEqual([{ order_id: id, charge_id: `charge-of-${id}-1` }]);
  expect(told.map(({ orderId }) => orderId)).toEqual([mate, id]);
});

test('a capture that contradicts a decline is given back, though its run remembers the order reserved', async () => {
  await addProduct(database, 'D-1', 10);
  const begun = await reserve({ 'D-1': 1 });
  const [id = ''] = begun.map((each) => each.id);
  await settle(database, [id], { kind: 'declined', code: 'later', retryable: true });
  const settled = await settleOrders(database, begun.map(paid), POLICY);
  expect(settled).toEqual([{ status: 'reserved', refundDue: true }]);
  expect(await readStock(database, 'D-1')).toEqual({ on_hand: 10, reserved: 1, sold: 0 });
});

test('what was not paid is settled under its lock', async () => {
  await addProduct(database, 'E-1', 10);
  const begun = await reserve({ 'E-1': 1 }, { 'E-1': 2 }, { 'E-1': 4 });
  const results = [
    { kind: 'declined', code: 'stolen_card', retryable: false },
    { kind: 'gave-up', reason: 'payment_unknown', error: 'away' },
  ] as const;
  const settlements = begun.map((each, n) => ({
    ...paid(each),
    ...(results[n] === undefined ? {} : { result: results[n] }),
  }));
  const settled = await settleOrders(database, settlements, POLICY);
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'failed', 'completed']);
  expect(await readStock(database, 'E-1')).toEqual({ on_hand: 6, reserved: 2, sold: 4 });
});

test('an order that is settled twice in a batch is completed once', async () => {
  await addProduct(database, 'F-1', 10);
  const begun = await reserve({ 'F-1': 1 }, { 'F-1': 2 });
  const settlements = begun.flatMap((each) => [captured(each.id, undefined), paid(each)]);
  const again = begun.map(paid);
  expect(await settleOrders(database, [...settlements, ...again], POLICY)).toEqual(
    Array(6).fill(COMPLETED),
  );
  expect(await readStock(database, 'F-1')).toEqual({ on_hand: 7, reserved: 0, sold: 3 });
  for (const { id } of begun) expect(await types(id)).toEqual(['placed', 'reserved', 'completed']);
  expect(told).toHaveLength(2);
});

test('orders that are settled by many at once, in any order, are completed once', async () => {
  await addProduct(database, 'G-1', 100);
  const begun = await reserve(...times(20, () => ({ 'G-1': 1 })));
  const settled = await Promise.all(
    times(10, (n) =>
      settleOrders(database, (n % 2 === 0 ? begun : begun.toReversed()).map(paid), POLICY),
    ),
  );
  expect(settled.flat()).toEqual(Array(200).fill(COMPLETED));
  expect(await readStock(database, 'G-1')).toEqual({ on_hand: 80, reserved: 0, sold: 20 });
  expect(told.map(({ orderId }) => orderId).toSorted()).toEqual(
    begun.map(({ id }) => id).toSorted(),
  );
});

test('an order whose worker dies after the statement is not completed again by the next one', async () => {
  await addProduct(database, 'H-1', 10);
  const settlements = (await reserve({ 'H-1': 3 })).map(paid);
  const failpoint = (name: string) => {
    if (name === 'settle.after-commit') throw new Error('died');
  };
  const dying = settleOrders({ ...database, failpoint }, settlements, POLICY);
  await expect(dying).rejects.toThrow('died');
  expect(await settleOrders(database, settlements, POLICY)).toEqual([COMPLETED]);
  expect(await readStock(database, 'H-1')).toEqual({ on_hand: 7, reserved: 0, sold: 3 });
  expect(told).toHaveLength(1);
});

test('what was in the way of somebody else is settled under its locks', async () => {
  await addProduct(database, 'I-1', 10);
  const settlements = (await reserve({ 'I-1': 3 })).map(paid);
  // As Prisma says that two transactions waited for each other.
  const deadlock = Object.assign(new Error('deadlock detected'), { code: 'P2034' });
  const statement = vi.spyOn(database.prisma, '$queryRaw').mockRejectedValueOnce(deadlock);
  const { result, statements } = await listStatements(() =>
    settleOrders(database, settlements, POLICY),
  );
  statement.mockRestore();
  expect(result).toEqual([COMPLETED]);
  expect(statements).toContain('BEGIN');
});

test('orders {A,B} and {B,A}, hundreds at once, are begun and completed without a deadlock', async () => {
  const ids = await placeCrossing(database, 600);
  const batches = await Promise.all(
    times(60, (n) =>
      readRuns(
        database,
        ids.filter((_, index) => index % 60 === n),
      ),
    ),
  );
  const { statements } = await listStatements(() =>
    Promise.all(
      batches.map(async (runs) => {
        const beginnings = await beginOrders(database, runs, POLICY);
        const settlements = runs.map(({ orderId }, n) => captured(orderId, beginnings[n]));
        await settleOrders(database, settlements.toReversed(), POLICY);
      }),
    ),
  );
  expect(new Set(await readStatuses(database, ids))).toEqual(new Set(['completed']));
  // A deadlock would have been answered under locks.
  expect(statements.filter((word) => word === 'WITH')).toHaveLength(120);
  expect(new Set(statements)).toEqual(new Set(['SELECT', 'WITH']));
});
