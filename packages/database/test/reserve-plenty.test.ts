import type { Database } from '@orders/database/client';
import { adjustStock } from '@orders/database/inventory/adjust-stock';
import { type Beginning, beginOrders, type OrderRun } from '@orders/database/orders/begin-orders';
import { cancelOrder } from '@orders/database/orders/cancel-order';
import { settleOrders } from '@orders/database/orders/settle-orders';
import { updateOrder } from '@orders/database/orders/update-order';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import {
  begin,
  captured,
  handOn,
  place,
  POLICY,
  readRuns,
  readStatuses,
  readStock,
  settle,
} from './drive-orders.ts';
import { expectConsistent } from './expect-consistent.ts';
import { act, findLetter, REDRIVE } from './fail-orders.ts';
import { listStatements } from './list-statements.ts';
import { makeOrder, times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database?.close());
afterEach(() => expectConsistent(database));

const WITHOUT_LOCKS = ['SELECT', 'WITH'];

/** Orders with these items each, the first being the oldest. */
async function placeInTurn(...orders: Record<string, number>[]): Promise<string[]> {
  const ids: string[] = [];
  for (const items of orders) ids.push(...(await place(database, [makeOrder({ items })])));
  return ids;
}

async function adjust(sku: string, delta: number, on: Database = database): Promise<void> {
  const adjustment = { sku, delta, reason: 'count', actor: 'op', idempotencyKey: `${sku}${delta}` };
  expect(await adjustStock(on, adjustment)).toMatchObject({ kind: 'adjusted' });
}

const cancel = (orderId: string) =>
  cancelOrder(database, { orderId, customerId: null, reason: null, actor: 'c' });

async function update(orderId: string, items: Record<string, number>): Promise<OrderRun> {
  const updated = await updateOrder(database, {
    orderId,
    customerId: null,
    versions: null,
    items: Object.entries(items).map(([sku, quantity]) => ({ sku, quantity })),
    actor: 'c',
    duplicateWindowSeconds: 60,
  });
  if (updated.kind !== 'updated') throw new Error(updated.kind);
  return updated.run;
}

/** Begins runs, and does something else between the read and the move. */
async function beginMeanwhile(
  runs: readonly OrderRun[],
  meanwhile: () => Promise<unknown>,
): Promise<Beginning[]> {
  let moments = 0;
  const failpoint = async (name: string) => {
    if (name !== 'reserve.before-commit') return;
    moments += 1;
    // Later ones are those of transactions, which hold their locks.
    if (moments === 1) await meanwhile();
  };
  const beginnings = await beginOrders({ ...database, failpoint }, runs, POLICY);
  expect(moments).toBeGreaterThan(0);
  return beginnings;
}

const itemsOf = (beginning: Beginning | undefined) => handOn(beginning).reserved?.items;

test('new orders of which there is plenty are begun by two statements and no transaction', async () => {
  await addProduct(database, 'A-1', 10);
  await addProduct(database, 'A-2', 3);
  const ids = await placeInTurn({ 'A-1': 4, 'A-2': 1 }, { 'A-1': 6 }, { 'A-2': 2 });
  const runs = await readRuns(database, ids);
  const { result, statements } = await listStatements(() => beginOrders(database, runs, POLICY));
  expect(statements).toEqual(WITHOUT_LOCKS);
  expect(result.map(({ kind }) => kind)).toEqual(['call', 'call', 'call']);
  expect(await readStatuses(database, ids)).toEqual(Array(3).fill('reserved'));
  expect(await readStock(database, 'A-1')).toEqual({ on_hand: 10, reserved: 10, sold: 0 });
  expect(await readStock(database, 'A-2')).toEqual({ on_hand: 3, reserved: 3, sold: 0 });
});

test('of two runs of a new order the older one is superseded', async () => {
  await addProduct(database, 'B-1', 10);
  const [id = ''] = await placeInTurn({ 'B-1': 1 });
  await database.sql('UPDATE orders SET dispatch = 5 WHERE id = $1', [id]);
  const runs = [4, 5, 6].map((dispatch) => ({ orderId: id, dispatch }));
  const { result, statements } = await listStatements(() => beginOrders(database, runs, POLICY));
  expect(statements).toEqual(WITHOUT_LOCKS);
  expect(result.map(({ kind }) => kind)).toEqual(['superseded', 'call', 'call']);
  expect(await readStock(database, 'B-1')).toEqual({ on_hand: 10, reserved: 1, sold: 0 });
});

test('an order that was charged before is begun under its lock: what it has paid is not charged again', async () => {
  await addProduct(database, 'C-1', 10);
  const ids = await placeInTurn({ 'C-1': 1 }, { 'C-1': 2 });
  const [refused = '', paid = ''] = ids;
  await begin(database, ids);
  await settle(database, ids, { kind: 'refused', code: 'bad' });
  await settle(database, [paid], 'captured');
  for (const id of ids) await act(database, await findLetter(database, id), REDRIVE);
  expect(await readStatuses(database, [refused, paid])).toEqual(['pending', 'pending']);
  const [charge, known] = await begin(database, ids);
  expect(charge).toMatchObject({ call: { kind: 'charge', attempt: { attempt: 2 } } });
  expect(known).toMatchObject({ call: { kind: 'settle', attempt: { attempt: 1 } } });
  await settleOrders(database, [captured(paid, known)], POLICY);
  expect(await readStatuses(database, ids)).toEqual(['reserved', 'completed']);
});

test('a new order does not overtake those who wait for its stock', async () => {
  await addProduct(database, 'D-1', 0);
  await addProduct(database, 'D-2', 10);
  const [old = '', young = '', other = ''] = await placeInTurn(
    { 'D-1': 3 },
    { 'D-2': 1, 'D-1': 1 },
    { 'D-2': 1 },
  );
  await begin(database, [old]);
  await adjust('D-1', 2);
  const runs = await readRuns(database, [young, other]);
  const { statements } = await listStatements(() => beginOrders(database, runs, POLICY));
  expect(statements).toContain('BEGIN');
  const ids = [old, young, other];
  expect(await readStatuses(database, ids)).toEqual(['backordered', 'backordered', 'reserved']);
});

test('a batch-mate that waits for something else keeps what it wants from a younger order', async () => {
  await addProduct(database, 'E-1', 3);
  await addProduct(database, 'E-2', 0);
  const [old = '', young = ''] = await placeInTurn({ 'E-1': 3, 'E-2': 1 }, { 'E-1': 1 });
  await begin(database, [old]);
  await adjust('E-2', 1);
  await begin(database, [young, old]);
  expect(await readStatuses(database, [old, young])).toEqual(['reserved', 'backordered']);
});

test('stock that another order takes meanwhile is not given twice', async () => {
  await addProduct(database, 'F-1', 3);
  const [id = '', quicker = ''] = await placeInTurn({ 'F-1': 3 }, { 'F-1': 1 });
  const runs = await readRuns(database, [id]);
  const begun = await beginMeanwhile(runs, () => begin(database, [quicker]));
  expect(begun).toEqual([{ kind: 'rest' }]);
  expect(await readStatuses(database, [id, quicker])).toEqual(['backordered', 'reserved']);
  expect(await readStock(database, 'F-1')).toEqual({ on_hand: 3, reserved: 1, sold: 0 });
});

test('stock that goes while its lock is waited for is not given', async () => {
  await addProduct(database, 'L-1', 3);
  const [id = ''] = await placeInTurn({ 'L-1': 3 });
  const runs = await readRuns(database, [id]);
  let beginning: Promise<Beginning[]> | undefined;
  const failpoint = async (name: string) => {
    if (name !== 'adjust.before-commit') return;
    beginning = beginOrders(database, runs, POLICY);
    await expect
      .poll(() => database.sql(`SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'`), {
        timeout: 20_000,
      })
      .toHaveLength(1);
  };
  await adjust('L-1', -1, { ...database, failpoint });
  expect(await beginning).toEqual([{ kind: 'rest' }]);
  expect(await readStock(database, 'L-1')).toEqual({ on_hand: 2, reserved: 0, sold: 0 });
});

test('when stock goes meanwhile, what is left goes to whoever came first', async () => {
  await addProduct(database, 'G-1', 10);
  const ids = await placeInTurn(...times(3, () => ({ 'G-1': 2 })));
  const runs = await readRuns(database, ids.toReversed());
  await beginMeanwhile(runs, () => adjust('G-1', -5));
  expect(await readStatuses(database, ids)).toEqual(['reserved', 'reserved', 'backordered']);
  expect(await readStock(database, 'G-1')).toEqual({ on_hand: 5, reserved: 4, sold: 0 });
});

test('an order does not overtake one that has begun to wait meanwhile', async () => {
  await addProduct(database, 'H-1', 2);
  const [old = '', young = ''] = await placeInTurn({ 'H-1': 3 }, { 'H-1': 1 });
  const runs = await readRuns(database, [young]);
  await beginMeanwhile(runs, () => begin(database, [old]));
  expect(await readStatuses(database, [old, young])).toEqual(['backordered', 'backordered']);
});

test('an order that is cancelled meanwhile gets nothing, and its batch-mate its stock', async () => {
  await addProduct(database, 'I-1', 10);
  const ids = await placeInTurn({ 'I-1': 1 }, { 'I-1': 2 });
  const [id = ''] = ids;
  const begun = await beginMeanwhile(await readRuns(database, ids), () => cancel(id));
  expect(begun.map(({ kind }) => kind)).toEqual(['rest', 'call']);
  expect(await readStatuses(database, ids)).toEqual(['cancelled', 'reserved']);
  expect(await readStock(database, 'I-1')).toEqual({ on_hand: 10, reserved: 2, sold: 0 });
});

test('an order that is changed meanwhile leaves its old items to others, and its run to the next', async () => {
  await addProduct(database, 'J-1', 10);
  await addProduct(database, 'J-2', 10);
  const [id = ''] = await placeInTurn({ 'J-1': 1 });
  let next: OrderRun | undefined;
  const begun = await beginMeanwhile(await readRuns(database, [id]), async () => {
    next = await update(id, { 'J-2': 2 });
  });
  expect(begun).toEqual([{ kind: 'superseded' }]);
  expect(await readStatuses(database, [id])).toEqual(['pending']);
  const [beginning] = await beginOrders(database, next === undefined ? [] : [next], POLICY);
  expect(itemsOf(beginning)).toEqual([expect.objectContaining({ sku: 'J-2', quantity: 2 })]);
  expect(await readStock(database, 'J-1')).toEqual({ on_hand: 10, reserved: 0, sold: 0 });
  expect(await readStock(database, 'J-2')).toEqual({ on_hand: 10, reserved: 2, sold: 0 });
});

test('an order that is changed meanwhile is reserved as it is now when its run is of the change', async () => {
  await addProduct(database, 'K-1', 10);
  const [id = ''] = await placeInTurn({ 'K-1': 1 });
  const [run] = await readRuns(database, [id]);
  const early = { orderId: id, dispatch: (run?.dispatch ?? 0) + 1 };
  const [beginning] = await beginMeanwhile([early], () => update(id, { 'K-1': 4 }));
  expect(beginning).toMatchObject({ call: { attempt: { amountMinor: 4_000 } } });
  expect(itemsOf(beginning)).toEqual([expect.objectContaining({ sku: 'K-1', quantity: 4 })]);
  expect(await readStock(database, 'K-1')).toEqual({ on_hand: 10, reserved: 4, sold: 0 });
});
