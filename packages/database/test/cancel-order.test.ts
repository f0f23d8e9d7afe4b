import { actOnDeadLetter } from '@orders/database/dead-letters/act-on-dead-letter';
import { beginOrders } from '@orders/database/orders/begin-orders';
import { type CancelOrder, cancelOrder } from '@orders/database/orders/cancel-order';
import { readOrder } from '@orders/database/orders/read-order';
import { readOrderEvents } from '@orders/database/orders/read-order-events';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { begin, place, POLICY, readRuns, readStatuses, readStock, settle } from './drive-orders.ts';
import { expectConsistent } from './expect-consistent.ts';
import { makeOrder, times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase({ poolSize: 20 });
  await addProduct(database, 'PEN-1', 10_000);
  await addProduct(database, 'SHORT-1', 0);
});
afterAll(() => database.close());
afterEach(() => expectConsistent(database));

const cancel = (orderId: string, rest: Partial<CancelOrder> = {}) =>
  cancelOrder(database, { orderId, customerId: null, reason: null, actor: 'customer:c', ...rest });

const placeSome = (count: number, sku = 'PEN-1') =>
  place(
    database,
    times(count, () => makeOrder({ items: { [sku]: 2 } })),
  );

test('a pending order is cancelled at once, with its reason and actor in the log', async () => {
  const [id = ''] = await placeSome(1);
  const runs = await readRuns(database, [id]);
  const result = await cancel(id, { reason: 'changed my mind' });
  expect(result).toMatchObject({
    kind: 'cancelled',
    changed: true,
    order: { id, status: 'cancelled', reason: 'changed my mind', version: 2 },
  });
  expect(result.kind === 'cancelled' && result.order).toEqual(await readOrder(database, id));
  expect(await readOrderEvents(database, id, 1)).toMatchObject([
    {
      type: 'cancelled',
      from: 'pending',
      to: 'cancelled',
      reason: 'changed my mind',
      actor: 'customer:c',
    },
  ]);
  expect(await beginOrders(database, runs, POLICY)).toEqual([{ kind: 'rest' }]);
});

test('a backordered order leaves its line', async () => {
  const [id = ''] = await placeSome(1, 'SHORT-1');
  await begin(database, [id]);
  expect(await cancel(id)).toMatchObject({ kind: 'cancelled', order: { status: 'cancelled' } });
  expect(await database.sql('SELECT 1 FROM backorders WHERE order_id = $1', [id])).toEqual([]);
});

test('a reserved order is cancelling, due at once under a new dispatch, and keeps its stock until then', async () => {
  const [id = ''] = await placeSome(1);
  await begin(database, [id]);
  const before = await readStock(database, 'PEN-1');
  const result = await cancel(id, { reason: 'too late?' });
  expect(result).toMatchObject({
    kind: 'cancelling',
    order: { status: 'cancelling', reason: 'too late?', version: 3 },
    run: { orderId: id, dispatch: 2 },
  });
  expect(await readRuns(database, [id])).toEqual([{ orderId: id, dispatch: 2 }]);
  expect(await readStock(database, 'PEN-1')).toEqual(before);
  expect(await begin(database, [id])).toMatchObject([{ kind: 'call', call: { kind: 'void' } }]);
});

test('asked again, nothing changes', async () => {
  const [pending = '', reserved = ''] = await placeSome(2);
  await begin(database, [reserved]);
  for (const id of [pending, reserved]) await cancel(id, { reason: 'first' });
  const orders = [await readOrder(database, pending), await readOrder(database, reserved)];
  expect(await cancel(pending, { reason: 'second' })).toEqual({
    kind: 'cancelled',
    order: orders[0],
    changed: false,
  });
  expect(await cancel(reserved, { reason: 'second' })).toEqual({
    kind: 'cancelling',
    order: orders[1],
    run: null,
  });
});

test('many at once cancel once', async () => {
  const [id = ''] = await placeSome(1);
  const results = await Promise.all(times(20, () => cancel(id)));
  expect(new Set(results.map(({ kind }) => kind))).toEqual(new Set(['cancelled']));
  expect(results.filter((result) => result.kind === 'cancelled' && result.changed)).toHaveLength(1);
});

test('completed, rejected and failed orders stay what they are', async () => {
  const ids = await placeSome(3);
  const [completed = '', rejected = '', failed = ''] = ids;
  await begin(database, ids);
  await settle(database, [completed], 'captured');
  await settle(database, [rejected], { kind: 'declined', code: 'stolen', retryable: false });
  await settle(database, [failed], { kind: 'refused', code: 'bad' });
  for (const id of ids) {
    const order = await readOrder(database, id);
    expect(await cancel(id)).toEqual({ kind: 'illegal', status: order?.status });
    expect(await readOrder(database, id)).toEqual(order);
  }
  expect(await readStatuses(database, ids)).toEqual(['completed', 'rejected', 'failed']);
  const [letter] = await database.sql<{ id: string }>(
    'SELECT id FROM dead_letters WHERE order_id = $1',
    [failed],
  );
  await actOnDeadLetter(database, letter?.id ?? '', { kind: 'discard', reason: 'test' }, 'op');
  expect(await cancel(failed)).toMatchObject({ kind: 'cancelled', changed: false });
});

test("another customer's order is not there, and an older version is not cancelled", async () => {
  const [id = ''] = await place(database, [
    makeOrder({ customerId: 'anna', items: { 'PEN-1': 1 } }),
  ]);
  expect(await cancel(id, { customerId: 'bert' })).toEqual({ kind: 'not-found' });
  expect(await cancel(makeOrder().id)).toEqual({ kind: 'not-found' });
  expect(await cancel(id, { versions: [2] })).toEqual({ kind: 'stale', version: 1 });
  expect(await cancel(id, { customerId: 'anna', versions: [1] })).toMatchObject({
    kind: 'cancelled',
  });
});
