import {
  countDeadLetters,
  listDeadLetters,
  readDeadLetter,
} from '@orders/database/dead-letters/read-dead-letters';
import { cancelOrder } from '@orders/database/orders/cancel-order';
import { settleRefund } from '@orders/database/payments/settle-refund';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { begin, place, readStatuses, readStock, settle } from './drive-orders.ts';
import { expectConsistent } from './expect-consistent.ts';
import {
  act,
  DISCARD,
  exhaust,
  findLetter,
  giveUp,
  placeOne,
  REDRIVE,
  resolve,
} from './fail-orders.ts';
import { makeOrder, times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase({ poolSize: 20 });
});
afterAll(() => database.close());
afterEach(() => expectConsistent(database));

test('a redriven order that held no stock starts again as pending, with attempts and starts reset', async () => {
  const { id } = await placeOne(database, { isBegun: false });
  const letter = await exhaust(database, id);
  await database.sql('UPDATE orders SET starts = 3 WHERE id = $1', [id]);
  expect(await act(database, letter, REDRIVE)).toEqual({
    kind: 'done',
    orderId: id,
    status: 'pending',
    run: { orderId: id, dispatch: 2 },
  });
  const [row] = await database.sql(
    'SELECT status, attempts, starts, next_check_at <= now() AS due FROM orders WHERE id = $1',
    [id],
  );
  expect(row).toEqual({ status: 'pending', attempts: 0, starts: 0, due: true });
  expect(await readDeadLetter(database, letter)).toMatchObject({
    state: 'redriven',
    closedBy: 'op-1',
    fromStatus: 'pending',
    attempts: 5,
  });
  expect(await begin(database, [id])).toMatchObject([{ kind: 'call' }]);
  await settle(database, [id], 'captured');
  expect(await readStatuses(database, [id])).toEqual(['completed']);
});

test('a redriven order that holds stock goes on as reserved, with the attempt whose outcome is unknown', async () => {
  const { id, sku } = await placeOne(database);
  expect(await act(database, await exhaust(database, id), REDRIVE)).toMatchObject({
    status: 'reserved',
  });
  expect(await readStock(database, sku)).toEqual({ on_hand: 10, reserved: 2, sold: 0 });
  expect(await begin(database, [id])).toMatchObject([
    { call: { kind: 'charge', attempt: { attempt: 1 }, lookUpFirst: true } },
  ]);
});

test('a redriven order whose charge was refused reserves and charges anew under a new key', async () => {
  const { id } = await placeOne(database);
  await settle(database, [id], { kind: 'refused', code: 'bad' });
  expect(await act(database, await findLetter(database, id), REDRIVE)).toMatchObject({
    status: 'pending',
  });
  expect(await begin(database, [id])).toMatchObject([
    {
      call: { kind: 'charge', attempt: { attempt: 2, key: `charge-${id}-2` }, lookUpFirst: false },
    },
  ]);
});

test('money that a refused charge took after all goes back, and the order keeps its place in the line', async () => {
  const { id, sku } = await placeOne(database);
  await settle(database, [id], { kind: 'refused', code: 'bad' });
  await act(database, await findLetter(database, id), REDRIVE);
  await database.sql(
    `WITH gone AS (UPDATE inventory SET on_hand = 0 WHERE sku = $1 RETURNING sku)
     INSERT INTO stock_movements (sku, kind, delta, balance, reason, actor)
     SELECT sku, 'adjustment', -10, 0, 'count', 'op' FROM gone`,
    [sku],
  );
  await begin(database, [id]);
  const line = () => database.sql('SELECT sku, quantity FROM backorders WHERE order_id = $1', [id]);
  const before = await line();
  expect(before).toHaveLength(1);
  expect(await settle(database, [id], 'captured', 1)).toEqual([
    { status: 'backordered', refundDue: true },
  ]);
  expect(await line()).toEqual(before);
  await settleRefund(database, id, 1, 're_1');
  expect(await line()).toEqual(before);
});

test('an order that failed while cancelling is redriven to cancelling, and is refunded once', async () => {
  const { id, sku } = await placeOne(database);
  await cancelOrder(database, { orderId: id, customerId: null, reason: null, actor: 'op' });
  await settle(database, [id], 'captured');
  const letter = await giveUp(database, id, 'refund_failed');
  expect(await readStatuses(database, [id])).toEqual(['failed']);
  expect(await act(database, letter, REDRIVE)).toMatchObject({ status: 'cancelling' });
  expect(await begin(database, [id])).toMatchObject([
    { call: { kind: 'refund', refund: { n: 1 } } },
  ]);
  await settleRefund(database, id, 1, 're');
  expect(await readStatuses(database, [id])).toEqual(['cancelled']);
  expect(await readStock(database, sku)).toEqual({ on_hand: 10, reserved: 0, sold: 0 });
});

test('twenty redrives at once redrive once; all others learn that it is closed', async () => {
  const { id } = await placeOne(database);
  const letter = await exhaust(database, id);
  const results = await Promise.all(times(20, () => act(database, letter, REDRIVE)));
  expect(results.filter(({ kind }) => kind === 'done')).toHaveLength(1);
  expect(results.filter(({ kind }) => kind === 'already-closed')).toHaveLength(19);
  expect(await act(database, letter, DISCARD)).toEqual({ kind: 'already-closed' });
  expect(await act(database, uuidv7(), REDRIVE)).toEqual({ kind: 'not-found' });
});

test('different acts at once: one is done', async () => {
  const { id } = await placeOne(database);
  const letter = await giveUp(database, id, 'payment_unknown');
  const results = await Promise.all(
    times(12, (n) =>
      act(database, letter, [REDRIVE, DISCARD, resolve('not_charged')][n % 3] ?? REDRIVE),
    ),
  );
  expect(results.filter(({ kind }) => kind === 'done')).toHaveLength(1);
  expect(results.filter(({ kind }) => kind === 'already-closed')).toHaveLength(11);
});

test('a redriven order that fails again gets a second dead letter', async () => {
  const { id } = await placeOne(database);
  const first = await exhaust(database, id);
  await act(database, first, REDRIVE);
  const second = await exhaust(database, id);
  expect(second).not.toBe(first);
  expect(await countDeadLetters(database, { state: 'open', reason: 'attempts_exhausted' })).toBe(1);
});

test('an order whose customer has placed it again is redriven only by force', async () => {
  const customerId = uuidv7();
  const { id, sku } = await placeOne(database, { customerId, isBegun: false });
  const letter = await exhaust(database, id);
  const [twin = ''] = await place(database, [makeOrder({ items: { [sku]: 2 }, customerId })]);
  expect(await act(database, letter, REDRIVE)).toEqual({
    kind: 'live-twin',
    existingOrderId: twin,
  });
  expect(await readStatuses(database, [id])).toEqual(['failed']);
  expect(await act(database, letter, { kind: 'redrive', force: true })).toMatchObject({
    kind: 'done',
  });
});

test('a twin that failed with its payment in doubt counts as live', async () => {
  const customerId = uuidv7();
  const { id, sku } = await placeOne(database, { customerId, isBegun: false });
  const letter = await exhaust(database, id);
  const [twin = ''] = await place(database, [makeOrder({ items: { [sku]: 2 }, customerId })]);
  await begin(database, [twin]);
  await giveUp(database, twin, 'payment_unknown');
  expect(await act(database, letter, REDRIVE)).toEqual({
    kind: 'live-twin',
    existingOrderId: twin,
  });
});

test('a redrive and the same basket placed at the same moment are never both let through', async () => {
  for (let round = 0; round < 15; round += 1) {
    const customerId = uuidv7();
    const { id, sku } = await placeOne(database, { customerId, isBegun: false });
    const letter = await exhaust(database, id);
    const [redriven, placed] = await Promise.allSettled([
      act(database, letter, REDRIVE),
      place(database, [makeOrder({ items: { [sku]: 2 }, customerId })]),
    ]);
    const live = [
      redriven.status === 'fulfilled' && redriven.value.kind === 'done',
      placed.status === 'fulfilled',
    ];
    expect(live.filter(Boolean)).toHaveLength(1);
  }
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
  expect(all.map(({ openedAt }) => openedAt)).toEqual(
    all
      .map(({ openedAt }) => openedAt)
      .toSorted()
      .toReversed(),
  );
});
