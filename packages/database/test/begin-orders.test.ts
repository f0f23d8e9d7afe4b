import { beginOrders } from '@orders/database/orders/begin-orders';
import { readOrder } from '@orders/database/orders/read-order';
import { readOrderEvents } from '@orders/database/orders/read-order-events';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import {
  begin,
  place,
  placeCrossing,
  POLICY,
  readRuns,
  readStatuses,
  readStock,
  settle,
} from './drive-orders.ts';
import { expectConsistent } from './expect-consistent.ts';
import { makeOrder, times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase({ poolSize: 20 });
});
afterAll(() => database.close());
afterEach(() => expectConsistent(database));

test('a pending order gets its stock and a payment attempt, committed before the charge', async () => {
  await addProduct(database, 'A-1', 10);
  const [id = ''] = await place(database, [
    makeOrder({ items: { 'A-1': 3 }, metadata: { simulate: 'decline' } }),
  ]);
  const [beginning] = await begin(database, [id]);
  expect(beginning).toMatchObject({
    kind: 'call',
    metadata: { simulate: 'decline' },
    call: {
      kind: 'charge',
      attempt: { attempt: 1, key: `charge-${id}-1`, amountMinor: 3_000, currency: 'USD' },
      lookUpFirst: false,
      mayRepeat: true,
    },
  });
  expect(await readStock(database, 'A-1')).toEqual({ on_hand: 10, reserved: 3, sold: 0 });
  expect(await readOrder(database, id)).toMatchObject({ status: 'reserved', version: 2 });
  expect(await readOrderEvents(database, id, 1)).toMatchObject([
    { seq: 2, type: 'reserved', from: 'pending', to: 'reserved', actor: 'system' },
  ]);
  const attempts = await database.sql(
    'SELECT key, amount_minor::int, outcome FROM payment_attempts WHERE order_id = $1',
    [id],
  );
  expect(attempts).toEqual([{ key: `charge-${id}-1`, amount_minor: 3_000, outcome: null }]);
});

test('a run that starts over goes on where the last one left off, and looks the charge up first', async () => {
  await addProduct(database, 'B-1', 10);
  const [id = ''] = await place(database, [makeOrder({ items: { 'B-1': 1 } })]);
  await begin(database, [id]);
  const [again] = await begin(database, [id]);
  expect(again).toMatchObject({
    kind: 'call',
    call: { kind: 'charge', attempt: { attempt: 1 }, lookUpFirst: true },
  });
  expect(await readStock(database, 'B-1')).toEqual({ on_hand: 10, reserved: 1, sold: 0 });
});

test('a run of an older dispatch is superseded, and so is one of an order that does not exist', async () => {
  await addProduct(database, 'C-1', 10);
  const [id = ''] = await place(database, [makeOrder({ items: { 'C-1': 1 } })]);
  const [run] = await readRuns(database, [id]);
  await database.sql('UPDATE orders SET dispatch = dispatch + 1 WHERE id = $1', [id]);
  const results = await beginOrders(
    database,
    [run ?? { orderId: id, dispatch: 0 }, { orderId: makeOrder().id, dispatch: 1 }],
    POLICY,
  );
  expect(results).toEqual([{ kind: 'superseded' }, { kind: 'superseded' }]);
  expect(await readStatuses(database, [id])).toEqual(['pending']);
});

test('one order twice in a batch is begun once, with the same answer at both places', async () => {
  await addProduct(database, 'D-1', 10);
  const [id = ''] = await place(database, [makeOrder({ items: { 'D-1': 4 } })]);
  const [one, two] = await begin(database, [id, id]);
  expect(two).toEqual(one);
  expect(await readStock(database, 'D-1')).toEqual({ on_hand: 10, reserved: 4, sold: 0 });
});

test('the last unit of a batch goes to the order that came first, wherever it stands in the batch', async () => {
  await addProduct(database, 'E-1', 2);
  const ids = await place(
    database,
    times(4, () => makeOrder({ items: { 'E-1': 1 } })),
  );
  await database.sql(
    `UPDATE orders SET created_at = created_at - (4 - array_position($1::uuid[], id)) * interval '1 second'
      WHERE id = ANY($1)`,
    [ids],
  );
  await begin(database, ids.toReversed());
  expect(await readStatuses(database, ids)).toEqual([
    'reserved',
    'reserved',
    'backordered',
    'backordered',
  ]);
});

test('an order gets all of its items or none', async () => {
  await addProduct(database, 'F-1', 10);
  await addProduct(database, 'F-2', 1);
  const [id = ''] = await place(database, [makeOrder({ items: { 'F-1': 5, 'F-2': 2 } })]);
  expect(await begin(database, [id])).toEqual([{ kind: 'rest' }]);
  expect(await readStatuses(database, [id])).toEqual(['backordered']);
  expect(await readStock(database, 'F-1')).toEqual({ on_hand: 10, reserved: 0, sold: 0 });
  const line = await database.sql('SELECT sku, quantity FROM backorders WHERE order_id = $1', [id]);
  expect(line).toEqual([{ sku: 'F-2', quantity: 2 }]);
});

test('thirty batches at once for one hot SKU never sell more than there is', async () => {
  await addProduct(database, 'HOT-1', 100);
  const ids = await place(
    database,
    times(300, (n) => makeOrder({ items: { 'HOT-1': 1 + (n % 2) } })),
  );
  await Promise.all(times(30, (n) => begin(database, ids.slice(n * 10, n * 10 + 10))));
  const stock = await readStock(database, 'HOT-1');
  expect(stock?.reserved).toBeLessThanOrEqual(100);
  expect(stock?.reserved).toBeGreaterThanOrEqual(99);
  const statuses = await readStatuses(database, ids);
  expect(new Set(statuses)).toEqual(new Set(['reserved', 'backordered']));
});

test('orders {A,B} and {B,A}, hundreds at once, are all begun and settled without a deadlock', async () => {
  const ids = await placeCrossing(database, 600);
  const batches = times(60, (n) => ids.filter((_, index) => index % 60 === n));
  await Promise.all(
    batches.map(async (batch, n) => {
      const order = n % 2 === 0 ? batch : batch.toReversed();
      await begin(database, order);
      await settle(database, order.toReversed(), 'captured');
    }),
  );
  expect(new Set(await readStatuses(database, ids))).toEqual(new Set(['completed']));
});

test('one order begun by many workers at once reserves once', async () => {
  await addProduct(database, 'ONCE-1', 10);
  const ids = await place(
    database,
    times(5, () => makeOrder({ items: { 'ONCE-1': 1 } })),
  );
  const others = times(3, () => ({ ...database, ...database.connect() }));
  await Promise.all(times(12, (n) => begin(others[n % 3] ?? database, ids)));
  expect(await readStock(database, 'ONCE-1')).toEqual({ on_hand: 10, reserved: 5, sold: 0 });
});

test('an empty batch is no work', async () => {
  expect(await beginOrders(database, [], POLICY)).toEqual([]);
});
