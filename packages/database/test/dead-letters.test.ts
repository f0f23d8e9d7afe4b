import { actOnDeadLetter, type OperatorAct } from '@orders/database/dead-letters/act-on-dead-letter';
import {
  countDeadLetters,
  listDeadLetters,
  readDeadLetter,
} from '@orders/database/dead-letters/read-dead-letters';
import { cancelOrder } from '@orders/database/orders/cancel-order';
import { readOrder } from '@orders/database/orders/read-order';
import { recordFailure } from '@orders/database/orders/record-failure';
import { settleOrders } from '@orders/database/orders/settle-orders';
import { settleRefund } from '@orders/database/payments/settle-refund';
import type { DeadLetterReason } from '@orders/domain/dead-letter-reason';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { begin, place, POLICY, readStatuses, readStock, settle } from './drive-orders.ts';
import { expectConsistent } from './expect-consistent.ts';
import { makeOrder, times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase({ poolSize: 20 });
});
afterAll(() => database.close());
afterEach(() => expectConsistent(database));

const REDRIVE: OperatorAct = { kind: 'redrive', force: false };
const DISCARD: OperatorAct = { kind: 'discard', reason: 'not worth it' };
const resolve = (outcome: 'charged' | 'not_charged', reference: string | null = null) =>
  ({ kind: 'resolve', outcome, reference, reason: 'seen at the provider' }) as const;

let skus = 0;
/** An order of two units of a SKU of its own; begun, unless told otherwise. */
async function placeOne({ isBegun = true, customerId = uuidv7() } = {}): Promise<{ id: string; sku: string }> {
  const sku = `SKU-${(skus += 1)}`;
  await addProduct(database, sku, 10);
  const [id = ''] = await place(database, [makeOrder({ items: { [sku]: 2 }, customerId })]);
  if (isBegun) await begin(database, [id]);
  return { id, sku };
}

async function exhaust(orderId: string): Promise<string> {
  const failure = { orderId, dispatch: 1_000, step: 'x', kind: 'own', message: 'boom' } as const;
  for (let n = 0; n < 5; n += 1) await recordFailure(database, failure, POLICY);
  return findLetter(orderId);
}

async function giveUp(orderId: string, reason: DeadLetterReason, attempt = 1): Promise<string> {
  const result = { kind: 'gave-up', reason, error: 'away' } as const;
  await settleOrders(database, [{ orderId, attempt, result }], POLICY);
  return findLetter(orderId);
}

async function findLetter(orderId: string): Promise<string> {
  const [row] = await database.sql<{ id: string }>(
    `SELECT id FROM dead_letters WHERE order_id = $1 AND state = 'open'`,
    [orderId],
  );
  return row?.id ?? 'none';
}

const act = (letter: string, what: OperatorAct) => actOnDeadLetter(database, letter, what, 'op-1');

test('a redriven order that held no stock starts again as pending, with attempts and starts reset', async () => {
  const { id } = await placeOne({ isBegun: false });
  const letter = await exhaust(id);
  await database.sql('UPDATE orders SET starts = 3 WHERE id = $1', [id]);
  expect(await act(letter, REDRIVE)).toEqual({ kind: 'done', orderId: id, status: 'pending' });
  const [row] = await database.sql(
    'SELECT status, attempts, starts, next_check_at <= now() AS due FROM orders WHERE id = $1',
    [id],
  );
  expect(row).toEqual({ status: 'pending', attempts: 0, starts: 0, due: true });
  expect(await readDeadLetter(database, letter)).toMatchObject({
    state: 'redriven',
    closedBy: 'op-1',
    fromStatus: 'pending',
  });
  expect(await begin(database, [id])).toMatchObject([{ kind: 'call' }]);
  await settle(database, [id], 'captured');
  expect(await readStatuses(database, [id])).toEqual(['completed']);
});

test('a redriven order that holds stock goes on as reserved, with the attempt whose outcome is unknown', async () => {
  const { id, sku } = await placeOne();
  expect(await act(await exhaust(id), REDRIVE)).toMatchObject({ status: 'reserved' });
  expect(await readStock(database, sku)).toEqual({ on_hand: 10, reserved: 2, sold: 0 });
  expect(await begin(database, [id])).toMatchObject([
    { call: { kind: 'charge', attempt: { attempt: 1 }, lookUpFirst: true } },
  ]);
});

test('a redriven order whose charge was refused reserves and charges anew under a new key', async () => {
  const { id } = await placeOne();
  await settle(database, [id], { kind: 'refused', code: 'bad' });
  expect(await act(await findLetter(id), REDRIVE)).toMatchObject({ status: 'pending' });
  expect(await begin(database, [id])).toMatchObject([
    { call: { kind: 'charge', attempt: { attempt: 2, key: `charge-${id}-2` }, lookUpFirst: false } },
  ]);
});

test('an order that failed while cancelling is redriven to cancelling, and is refunded once', async () => {
  const { id, sku } = await placeOne();
  await cancelOrder(database, { orderId: id, customerId: null, reason: null, actor: 'op' });
  await settle(database, [id], 'captured');
  const letter = await giveUp(id, 'refund_failed');
  expect(await readStatuses(database, [id])).toEqual(['failed']);
  expect(await act(letter, REDRIVE)).toMatchObject({ status: 'cancelling' });
  expect(await begin(database, [id])).toMatchObject([{ call: { kind: 'refund', refund: { n: 1 } } }]);
  await settleRefund(database, id, 1, 're');
  expect(await readStatuses(database, [id])).toEqual(['cancelled']);
  expect(await readStock(database, sku)).toEqual({ on_hand: 10, reserved: 0, sold: 0 });
});

test('twenty redrives at once redrive once; all others learn that it is closed', async () => {
  const { id } = await placeOne();
  const letter = await exhaust(id);
  const results = await Promise.all(times(20, () => act(letter, REDRIVE)));
  expect(results.filter(({ kind }) => kind === 'done')).toHaveLength(1);
  expect(results.filter(({ kind }) => kind === 'already-closed')).toHaveLength(19);
  expect(await act(letter, DISCARD)).toEqual({ kind: 'already-closed' });
  expect(await act(uuidv7(), REDRIVE)).toEqual({ kind: 'not-found' });
});

test('different acts at once: one is done', async () => {
  const { id } = await placeOne();
  const letter = await giveUp(id, 'payment_unknown');
  const results = await Promise.all(
    times(12, (n) => act(letter, [REDRIVE, DISCARD, resolve('not_charged')][n % 3] ?? REDRIVE)),
  );
  expect(results.filter(({ kind }) => kind === 'done')).toHaveLength(1);
  expect(results.filter(({ kind }) => kind === 'already-closed')).toHaveLength(11);
});

test('a redriven order that fails again gets a second dead letter', async () => {
  const { id } = await placeOne();
  const first = await exhaust(id);
  await act(first, REDRIVE);
  const second = await exhaust(id);
  expect(second).not.toBe(first);
  expect(await countDeadLetters(database, { state: 'open', reason: 'attempts_exhausted' })).toBe(1);
});

test('an order whose customer has placed it again is redriven only by force', async () => {
  const customerId = uuidv7();
  const { id, sku } = await placeOne({ customerId, isBegun: false });
  const letter = await exhaust(id);
  const [twin = ''] = await place(database, [makeOrder({ items: { [sku]: 2 }, customerId })]);
  expect(await act(letter, REDRIVE)).toEqual({ kind: 'live-twin', existingOrderId: twin });
  expect(await readStatuses(database, [id])).toEqual(['failed']);
  expect(await act(letter, { kind: 'redrive', force: true })).toMatchObject({ kind: 'done' });
});

test('a redrive and the same basket placed at the same moment are never both let through', async () => {
  for (let round = 0; round < 15; round += 1) {
    const customerId = uuidv7();
    const { id, sku } = await placeOne({ customerId, isBegun: false });
    const letter = await exhaust(id);
    const [redriven, placed] = await Promise.allSettled([
      act(letter, REDRIVE),
      place(database, [makeOrder({ items: { [sku]: 2 }, customerId })]),
    ]);
    const live = [
      redriven.status === 'fulfilled' && redriven.value.kind === 'done',
      placed.status === 'fulfilled',
    ];
    expect(live.filter(Boolean)).toHaveLength(1);
  }
});

test('discarded without a payment it is cancelled at once', async () => {
  const { id } = await placeOne({ isBegun: false });
  const letter = await exhaust(id);
  expect(await act(letter, DISCARD)).toMatchObject({ status: 'cancelled' });
  expect(await readOrder(database, id)).toMatchObject({ status: 'cancelled', reason: 'not worth it' });
  expect(await readDeadLetter(database, letter)).toMatchObject({
    state: 'discarded',
    note: 'not worth it',
  });
});

test('discarded with an unknown payment it goes to cancelling: the outcome is still found out', async () => {
  const { id, sku } = await placeOne();
  expect(await act(await giveUp(id, 'payment_unknown'), DISCARD)).toMatchObject({
    status: 'cancelling',
  });
  expect(await begin(database, [id])).toMatchObject([{ call: { kind: 'void' } }]);
  await settle(database, [id], 'captured');
  expect(await begin(database, [id])).toMatchObject([{ call: { kind: 'refund' } }]);
  await settleRefund(database, id, 1, 're');
  expect(await readStatuses(database, [id])).toEqual(['cancelled']);
  expect(await readStock(database, sku)).toEqual({ on_hand: 10, reserved: 0, sold: 0 });
});

test('resolved as charged it completes with the reference, without another charge', async () => {
  const { id, sku } = await placeOne();
  const letter = await giveUp(id, 'payment_unknown');
  expect(await act(letter, resolve('charged'))).toEqual({ kind: 'nothing-to-resolve' });
  expect(await act(letter, resolve('charged', 'ch_seen'))).toMatchObject({ status: 'reserved' });
  const [beginning] = await begin(database, [id]);
  expect(beginning).toMatchObject({
    call: { kind: 'settle', outcome: { kind: 'captured', chargeId: 'ch_seen' } },
  });
  await settle(database, [id], { kind: 'captured', chargeId: 'ch_seen' });
  expect(await readStatuses(database, [id])).toEqual(['completed']);
  expect(await readStock(database, sku)).toEqual({ on_hand: 8, reserved: 0, sold: 2 });
});

test('resolved as not charged it is charged under a new key', async () => {
  const { id } = await placeOne();
  const letter = await giveUp(id, 'payment_unknown');
  expect(await act(letter, resolve('not_charged'))).toMatchObject({ status: 'reserved' });
  expect(await begin(database, [id])).toMatchObject([
    { call: { kind: 'charge', attempt: { attempt: 2 }, lookUpFirst: true } },
  ]);
  expect(await readDeadLetter(database, letter)).toMatchObject({ state: 'resolved' });
});

test('an order that was being cancelled is cancelled when resolved as not charged, refunded when charged', async () => {
  const fail = async () => {
    const { id } = await placeOne();
    await cancelOrder(database, { orderId: id, customerId: null, reason: 'no more', actor: 'op' });
    return { id, letter: await giveUp(id, 'payment_unknown') };
  };
  const one = await fail();
  expect(await act(one.letter, resolve('not_charged'))).toMatchObject({ status: 'cancelled' });
  const two = await fail();
  expect(await act(two.letter, resolve('charged', 'ch_two'))).toMatchObject({ status: 'cancelling' });
  expect(await begin(database, [two.id])).toMatchObject([{ call: { kind: 'settle' } }]);
  await settle(database, [two.id], { kind: 'captured', chargeId: 'ch_two' });
  expect(await begin(database, [two.id])).toMatchObject([{ call: { kind: 'refund' } }]);
});

test('a payment whose outcome is known cannot be resolved otherwise', async () => {
  const { id } = await placeOne();
  await settle(database, [id], { kind: 'refused', code: 'bad' });
  const letter = await findLetter(id);
  expect(await act(letter, resolve('charged', 'ch'))).toEqual({ kind: 'nothing-to-resolve' });
  expect(await readDeadLetter(database, letter)).toMatchObject({ state: 'open' });
});

test('dead letters are listed newest first, page by page, each once', async () => {
  const all = await listDeadLetters(database, {}, 100);
  const pages: string[] = [];
  let last: (typeof all)[number] | undefined;
  do {
    const after = last === undefined ? null : { openedAt: new Date(last.openedAt), id: last.id };
    const page = await listDeadLetters(database, {}, 7, after);
    pages.push(...page.map(({ id }) => id));
    last = page.at(-1);
  } while (last !== undefined);
  expect(pages).toEqual(all.map(({ id }) => id));
  expect(pages.length).toBe(await countDeadLetters(database, {}));
  expect(all.map(({ openedAt }) => openedAt)).toEqual(all.map(({ openedAt }) => openedAt).toSorted().toReversed());
});
