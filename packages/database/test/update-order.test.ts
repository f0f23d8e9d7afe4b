import { wakeBackorders } from '@orders/database/dispatch/wake-backorders';
import { adjustStock } from '@orders/database/inventory/adjust-stock';
import { beginOrders } from '@orders/database/orders/begin-orders';
import { cancelOrder } from '@orders/database/orders/cancel-order';
import { placeOrders } from '@orders/database/orders/place-orders';
import { readOrder } from '@orders/database/orders/read-order';
import { readOrderEvents } from '@orders/database/orders/read-order-events';
import { type UpdateOrder, updateOrder } from '@orders/database/orders/update-order';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { begin, place, POLICY, readRuns, readStatuses, readStock, settle } from './drive-orders.ts';
import { expectConsistent } from './expect-consistent.ts';
import { makeOrder, times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

const WINDOW = 10_800;

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase({ poolSize: 20 });
  await addProduct(database, 'PEN-1', 10_000, { priceMinor: 100 });
  await addProduct(database, 'INK-1', 10_000, { priceMinor: 700 });
  await addProduct(database, 'OLD-1', 10, { active: false });
});
afterAll(() => database.close());
afterEach(() => expectConsistent(database));

/** SKU → quantity, in this order. */
function update(orderId: string, items: Record<string, number>, rest: Partial<UpdateOrder> = {}) {
  return updateOrder(database, {
    orderId,
    customerId: null,
    versions: [1],
    items: Object.entries(items).map(([sku, quantity]) => ({ sku, quantity })),
    actor: 'customer:c',
    duplicateWindowSeconds: WINDOW,
    ...rest,
  });
}

async function placeOne(items: Record<string, number>, customerId?: string): Promise<string> {
  const own = customerId === undefined ? {} : { customerId };
  const [id = ''] = await place(database, [makeOrder({ items, ...own })]);
  return id;
}

test('new items are priced by the catalogue of now, logged, and give the order a new reason to run', async () => {
  await addProduct(database, 'SALE-1', 10, { priceMinor: 100 });
  const id = await placeOne({ 'SALE-1': 2 });
  await database.sql(`UPDATE products SET price_minor = 90 WHERE sku = 'SALE-1'`);
  const updated = await update(id, { 'INK-1': 1, 'SALE-1': 3 });
  expect(updated).toMatchObject({
    kind: 'updated',
    order: {
      status: 'pending',
      version: 2,
      total: { amount: 970, currency: 'USD' },
      items: [
        { sku: 'INK-1', quantity: 1, unitPrice: { amount: 700 } },
        { sku: 'SALE-1', quantity: 3, unitPrice: { amount: 90 } },
      ],
    },
    run: { orderId: id, dispatch: 2 },
  });
  expect(updated.kind === 'updated' && updated.order).toEqual(await readOrder(database, id));
  expect(await readOrderEvents(database, id, 1)).toMatchObject([
    {
      seq: 2,
      type: 'updated',
      from: 'pending',
      to: 'pending',
      actor: 'customer:c',
      data: { total: 970, totalBefore: 200 },
    },
  ]);
  const due = await database.sql('SELECT 1 FROM orders WHERE id = $1 AND next_check_at <= now()', [
    id,
  ]);
  expect(due).toHaveLength(1);
});

test('a job of the old items is superseded, one of the new ones reserves them', async () => {
  const id = await placeOne({ 'PEN-1': 1 });
  const old = await readRuns(database, [id]);
  const before = await readStock(database, 'PEN-1');
  await update(id, { 'PEN-1': 5 });
  expect(await beginOrders(database, old, POLICY)).toEqual([{ kind: 'superseded' }]);
  expect(await begin(database, [id])).toMatchObject([
    { kind: 'call', call: { attempt: { amountMinor: 500 } } },
  ]);
  const after = await readStock(database, 'PEN-1');
  expect((after?.reserved ?? 0) - (before?.reserved ?? 0)).toBe(5);
});

test('only the version that the client has seen is changed, or any', async () => {
  const id = await placeOne({ 'PEN-1': 1 });
  expect(await update(id, { 'PEN-1': 2 }, { versions: [] })).toEqual({ kind: 'stale', version: 1 });
  expect(await update(id, { 'PEN-1': 2 }, { versions: [0, 2] })).toEqual({
    kind: 'stale',
    version: 1,
  });
  expect(await update(id, { 'PEN-1': 2 }, { versions: [7, 1] })).toMatchObject({ kind: 'updated' });
  expect(await update(id, { 'PEN-1': 3 })).toEqual({ kind: 'stale', version: 2 });
  expect(await update(id, { 'PEN-1': 3 }, { versions: null })).toMatchObject({ kind: 'updated' });
});

test("another customer's order is not there, and neither is one that does not exist", async () => {
  const id = await placeOne({ 'PEN-1': 1 }, 'anna');
  const gone = { kind: 'not-found' };
  expect(await update(id, { 'PEN-1': 2 }, { customerId: 'bert' })).toEqual(gone);
  expect(await update(makeOrder().id, { 'PEN-1': 2 })).toEqual(gone);
  expect(await update(id, { 'PEN-1': 2 }, { customerId: 'anna' })).toMatchObject({
    kind: 'updated',
  });
});

test('an order that is reserved, or at rest, keeps its items', async () => {
  const ids = await place(
    database,
    times(3, (n) => makeOrder({ items: { 'PEN-1': n + 1 } })),
  );
  const [reserved = '', completed = '', cancelled = ''] = ids;
  await begin(database, [reserved, completed]);
  await settle(database, [completed], 'captured');
  await cancelOrder(database, { orderId: cancelled, customerId: null, reason: null, actor: 'op' });
  for (const [at, id] of ids.entries()) {
    const status = ['reserved', 'completed', 'cancelled'][at];
    const result = await update(id, { 'PEN-1': 9 }, { versions: null });
    expect(result).toEqual({ kind: 'illegal', status });
  }
});

test('what is unknown or not for sale changes nothing', async () => {
  const id = await placeOne({ 'PEN-1': 1 });
  const before = await readOrder(database, id);
  expect(await update(id, { 'NONE-1': 1, 'PEN-1': 2 })).toEqual({
    kind: 'unknown-sku',
    skus: ['NONE-1'],
  });
  expect(await update(id, { 'OLD-1': 1 })).toEqual({ kind: 'inactive-product', skus: ['OLD-1'] });
  expect(await readOrder(database, id)).toEqual(before);
});

test('the duplicate rule holds for the new basket, and no longer for the old one', async () => {
  const customerId = 'twins';
  const first = await placeOne({ 'PEN-1': 1 }, customerId);
  const second = await placeOne({ 'PEN-1': 2 }, customerId);
  expect(await update(second, { 'PEN-1': 1 })).toEqual({
    kind: 'duplicate',
    existingOrderId: first,
  });
  expect(await update(second, { 'PEN-1': 1 }, { duplicateWindowSeconds: 0 })).toMatchObject({
    kind: 'updated',
  });
  // Its own basket is no duplicate of itself.
  expect(await update(second, { 'PEN-1': 3 }, { versions: [2] })).toMatchObject({
    kind: 'updated',
  });
  expect(await update(second, { 'PEN-1': 3 }, { versions: [3] })).toMatchObject({
    kind: 'updated',
  });
  const [again, same] = await placeOrders(
    database,
    [
      makeOrder({ customerId, items: { 'PEN-1': 2 } }),
      makeOrder({ customerId, items: { 'PEN-1': 3 } }),
    ],
    { duplicateWindowSeconds: WINDOW },
  );
  expect(again).toMatchObject({ kind: 'placed' });
  expect(same).toEqual({ kind: 'duplicate', existingOrderId: second });
});

test('a backordered order keeps its place in line, for its new items', async () => {
  await addProduct(database, 'SHORT-1', 0);
  const first = await placeOne({ 'SHORT-1': 2 });
  const second = await placeOne({ 'SHORT-1': 2 });
  await begin(database, [first, second]);
  expect(await readStatuses(database, [first, second])).toEqual(['backordered', 'backordered']);
  const updated = await update(first, { 'SHORT-1': 1, 'PEN-1': 1 }, { versions: [2] });
  expect(updated).toMatchObject({ kind: 'updated', order: { status: 'backordered' } });
  // Stock arrives before the changed order has run: the later one must not get it.
  await adjustStock(database, {
    sku: 'SHORT-1',
    delta: 2,
    reason: 'delivery',
    actor: 'op',
    idempotencyKey: 'short',
  });
  await begin(database, [second]);
  expect(await readStatuses(database, [second])).toEqual(['backordered']);
  await wakeBackorders(database);
  await begin(database, [first]);
  expect(await readStatuses(database, [first])).toEqual(['reserved']);
});
