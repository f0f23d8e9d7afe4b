import { adjustStock } from '@orders/database/inventory/adjust-stock';
import { beginOrders } from '@orders/database/orders/begin-orders';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { begin, place, POLICY, readRuns, readStatuses, readStock } from './drive-orders.ts';
import { expectConsistent } from './expect-consistent.ts';
import { makeOrder } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';
import { waitForWaiting } from './wait-for-waiting.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database?.close());

/** Something to wait for. */
function createGate(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

// The young one's statement begins before the old one has joined the line, and ends after the delivery
// that is meant for it.
test('an order does not overtake one that joined the line while it waited for the lock', async () => {
  await addProduct(database, 'A-1', 2);
  const [old = ''] = await place(database, [makeOrder({ items: { 'A-1': 4 } })]);
  const [young = ''] = await place(database, [makeOrder({ items: { 'A-1': 1 } })]);
  const joining = createGate();
  const goOn = createGate();
  const failpoint = async (name: string) => {
    if (name !== 'reserve.before-commit') return;
    joining.resolve();
    await goOn.promise;
  };
  const first = beginOrders({ ...database, failpoint }, await readRuns(database, [old]), POLICY);
  await joining.promise;
  const order = { sku: 'A-1', delta: 2, reason: 'count', actor: 'op', idempotencyKey: 'delivery' };
  const delivery = adjustStock(database, order);
  await waitForWaiting(database, 1);
  const second = begin(database, [young]);
  await waitForWaiting(database, 2);
  goOn.resolve();
  await Promise.all([first, delivery, second]);

  expect(await readStatuses(database, [old, young])).toEqual(['backordered', 'backordered']);
  await begin(database, [old, young]);
  expect(await readStatuses(database, [old, young])).toEqual(['reserved', 'backordered']);
  expect(await readStock(database, 'A-1')).toEqual({ on_hand: 4, reserved: 4, sold: 0 });
  await expectConsistent(database);
});
