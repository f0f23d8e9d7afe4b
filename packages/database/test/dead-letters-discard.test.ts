import { readDeadLetter } from '@orders/database/dead-letters/read-dead-letters';
import { cancelOrder } from '@orders/database/orders/cancel-order';
import { readOrder } from '@orders/database/orders/read-order';
import { settleRefund } from '@orders/database/payments/settle-refund';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { begin, readStatuses, readStock, settle } from './drive-orders.ts';
import { expectConsistent } from './expect-consistent.ts';
import { act, DISCARD, exhaust, findLetter, giveUp, placeOne, resolve } from './fail-orders.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase({ poolSize: 20 });
});
afterAll(() => database.close());
afterEach(() => expectConsistent(database));

test('discarded without a payment it is cancelled at once', async () => {
  const { id } = await placeOne(database, { isBegun: false });
  const letter = await exhaust(database, id);
  expect(await act(database, letter, DISCARD)).toMatchObject({ status: 'cancelled' });
  expect(await readOrder(database, id)).toMatchObject({
    status: 'cancelled',
    reason: 'not worth it',
  });
  expect(await readDeadLetter(database, letter)).toMatchObject({
    state: 'discarded',
    note: 'not worth it',
  });
});

test('discarded with an unknown payment it goes to cancelling: the outcome is still found out', async () => {
  const { id, sku } = await placeOne(database);
  expect(await act(database, await giveUp(database, id, 'payment_unknown'), DISCARD)).toMatchObject(
    {
      status: 'cancelling',
    },
  );
  expect(await begin(database, [id])).toMatchObject([{ call: { kind: 'void' } }]);
  await settle(database, [id], 'captured');
  expect(await begin(database, [id])).toMatchObject([{ call: { kind: 'refund' } }]);
  await settleRefund(database, id, 1, 're');
  expect(await readStatuses(database, [id])).toEqual(['cancelled']);
  expect(await readStock(database, sku)).toEqual({ on_hand: 10, reserved: 0, sold: 0 });
});

test('resolved as charged it completes with the reference, without another charge', async () => {
  const { id, sku } = await placeOne(database);
  const letter = await giveUp(database, id, 'payment_unknown');
  expect(await act(database, letter, resolve('charged'))).toEqual({ kind: 'nothing-to-resolve' });
  expect(await act(database, letter, resolve('charged', 'ch_seen'))).toMatchObject({
    status: 'reserved',
  });
  const [beginning] = await begin(database, [id]);
  expect(beginning).toMatchObject({
    call: { kind: 'settle', outcome: { kind: 'captured', chargeId: 'ch_seen' } },
  });
  await settle(database, [id], { kind: 'captured', chargeId: 'ch_seen' });
  expect(await readStatuses(database, [id])).toEqual(['completed']);
  expect(await readStock(database, sku)).toEqual({ on_hand: 8, reserved: 0, sold: 2 });
});

test('resolved as not charged it is charged under a new key', async () => {
  const { id } = await placeOne(database);
  const letter = await giveUp(database, id, 'payment_unknown');
  expect(await act(database, letter, resolve('not_charged'))).toMatchObject({ status: 'reserved' });
  expect(await begin(database, [id])).toMatchObject([
    { call: { kind: 'charge', attempt: { attempt: 2 }, lookUpFirst: true } },
  ]);
  expect(await readDeadLetter(database, letter)).toMatchObject({ state: 'resolved' });
});

test('an order that was being cancelled is cancelled when resolved as not charged, refunded when charged', async () => {
  const fail = async () => {
    const { id } = await placeOne(database);
    await cancelOrder(database, { orderId: id, customerId: null, reason: 'no more', actor: 'op' });
    return { id, letter: await giveUp(database, id, 'payment_unknown') };
  };
  const one = await fail();
  expect(await act(database, one.letter, resolve('not_charged'))).toMatchObject({
    status: 'cancelled',
  });
  const two = await fail();
  expect(await act(database, two.letter, resolve('charged', 'ch_two'))).toMatchObject({
    status: 'cancelling',
  });
  expect(await begin(database, [two.id])).toMatchObject([{ call: { kind: 'settle' } }]);
  await settle(database, [two.id], { kind: 'captured', chargeId: 'ch_two' });
  expect(await begin(database, [two.id])).toMatchObject([{ call: { kind: 'refund' } }]);
});

test('a payment whose outcome is known cannot be resolved otherwise', async () => {
  const { id } = await placeOne(database);
  await settle(database, [id], { kind: 'refused', code: 'bad' });
  const letter = await findLetter(database, id);
  expect(await act(database, letter, resolve('charged', 'ch'))).toEqual({
    kind: 'nothing-to-resolve',
  });
  expect(await readDeadLetter(database, letter)).toMatchObject({ state: 'open' });
});
