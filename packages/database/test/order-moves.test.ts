import type { Database } from '@orders/database/client';
import { cancelOrder } from '@orders/database/orders/cancel-order';
import { countStart } from '@orders/database/orders/count-start';
import type { OrderMove } from '@orders/database/orders/order-move';
import { settleRefund } from '@orders/database/payments/settle-refund';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { begin, place, POLICY, readRuns, settle } from './drive-orders.ts';
import { act, DISCARD, exhaust, giveUp, placeOne } from './fail-orders.ts';
import { makeOrder } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

let started: TestDatabase;
let database: TestDatabase;
let told: OrderMove[] = [];
beforeAll(async () => {
  started = await startDatabase();
  database = { ...started, onMoves: (moves) => told.push(...moves) };
});
afterAll(() => started?.close());
beforeEach(() => {
  told = [];
});

const cancel = (orderId: string, on: Database = database) =>
  cancelOrder(on, { orderId, customerId: null, reason: 'changed my mind', actor: 'op' });

/** What was told of an order: how it came to rest, step by step. */
const restsOf = (id: string) =>
  told.flatMap(({ orderId, rest }) =>
    orderId === id ? [rest === null ? null : `${rest.status} ${rest.reason}`] : [],
  );

test('every step is told when it is committed, whichever transaction takes it', async () => {
  const sold = await placeOne(database);
  await settle(database, [sold.id], 'captured');
  expect(restsOf(sold.id)).toEqual([null, 'completed none']);

  const declined = await placeOne(database);
  await settle(database, [declined.id], { kind: 'declined', code: 'no', retryable: false });
  expect(restsOf(declined.id)).toEqual([null, 'rejected payment_declined']);

  await addProduct(database, 'NONE-1', 0);
  const [short = ''] = await place(database, [makeOrder({ items: { 'NONE-1': 1 } })]);
  await begin(database, [short], { ...POLICY, backorderMaxWaitMs: 0 });
  expect(restsOf(short)).toEqual(['rejected out_of_stock']);

  const unwanted = await placeOne(database, { isBegun: false });
  await cancel(unwanted.id);
  await cancel(unwanted.id);
  expect(restsOf(unwanted.id)).toEqual(['cancelled none']);

  const broken = await placeOne(database);
  await act(database, await exhaust(database, broken.id), DISCARD);
  expect(restsOf(broken.id)).toEqual([null, 'failed attempts_exhausted', null]);

  const deadly = await placeOne(database);
  const [run = { orderId: deadly.id, dispatch: 0 }] = await readRuns(database, [deadly.id]);
  for (let n = 0; n <= POLICY.maxStarts; n += 1) await countStart(database, run, POLICY);
  expect(restsOf(deadly.id)).toEqual([null, 'failed worker_killed']);

  const unclear = await placeOne(database);
  await giveUp(database, unclear.id, 'payment_unknown');
  expect(restsOf(unclear.id)).toEqual([null, 'failed payment_unknown']);
});

test('the end of a refund is told, too, and only once', async () => {
  const { id } = await placeOne(database);
  await cancel(id);
  await settle(database, [id], 'captured');
  expect(restsOf(id)).toEqual([null, null, null]);
  for (let n = 0; n < 2; n += 1) await settleRefund(database, id, 1, 're_1');
  expect(restsOf(id)).toEqual([null, null, null, 'cancelled none']);
});

test('what is rolled back is not told, and what is run again is told once', async () => {
  const { id } = await placeOne(database, { isBegun: false });
  let tries = 0;
  const failpoint = (name: string) => {
    if (!name.endsWith('before-commit')) return;
    tries += 1;
    // As Prisma says that two transactions waited for each other.
    if (tries === 1) throw Object.assign(new Error('deadlock detected'), { code: 'P2034' });
    if (tries === 2) throw new Error('the last moment');
  };
  await expect(cancel(id, { ...database, failpoint })).rejects.toThrow('the last moment');
  expect([tries, restsOf(id)]).toEqual([2, []]);
  await cancel(id, { ...database, failpoint });
  expect(restsOf(id)).toEqual(['cancelled none']);
});
