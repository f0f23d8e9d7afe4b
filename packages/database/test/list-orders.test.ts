import { listOrders, type OrderFilter } from '@orders/database/orders/list-orders';
import { readOrder } from '@orders/database/orders/read-order';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { begin, place } from './drive-orders.ts';
import { makeOrder, times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
  await addProduct(database, 'A-1', 1_000);
});
afterAll(() => database.close());

const ALL: OrderFilter = { customerId: null, status: null, createdFrom: null, createdTo: null };

/** Ids of all pages, one after the other; `between` runs after each page. */
async function walk(filter: OrderFilter, limit: number, between?: () => Promise<void>) {
  const ids: string[] = [];
  let after: Parameters<typeof listOrders>[3] = null;
  for (;;) {
    const { orders, next } = await listOrders(database, filter, limit, after);
    expect(orders.length).toBeLessThanOrEqual(limit);
    ids.push(...orders.map(({ id }) => id));
    if (next === null) return ids;
    after = next;
    await between?.();
  }
}

const placeFor = (customerId: string, count: number) =>
  place(
    database,
    times(count, (n) => makeOrder({ customerId, items: { 'A-1': n + 1 } })),
  );

test('pages give each order once, the newest first, also those of the same moment', async () => {
  const customerId = 'pages';
  const ids = [...(await placeFor(customerId, 7)), ...(await placeFor(`${customerId}-other`, 3))];
  const own = ids.slice(0, 7);
  // One batch is one transaction: all of them were created at the same moment.
  const expected = own.toSorted().toReversed();
  for (const limit of [1, 2, 3, 6, 7, 8, 100]) {
    expect(await walk({ ...ALL, customerId }, limit)).toEqual(expected);
  }
});

test('a page shows orders as a read does', async () => {
  const customerId = 'whole';
  const [id = ''] = await placeFor(customerId, 1);
  const { orders, next } = await listOrders(database, { ...ALL, customerId }, 1, null);
  expect(orders).toEqual([await readOrder(database, id)]);
  expect(next).toBeNull();
});

test('orders placed meanwhile neither repeat nor hide any', async () => {
  const customerId = 'meanwhile';
  const before = await placeFor(customerId, 20);
  let later = 0;
  const seen = await walk({ ...ALL, customerId }, 3, async () => {
    later += 1;
    await place(database, [makeOrder({ customerId, items: { 'A-1': 100 + later } })]);
  });
  expect(seen).toEqual(before.toSorted().toReversed());
});

test('filters by status and time, each alone and together', async () => {
  const customerId = 'filters';
  const ids = await placeFor(customerId, 6);
  const day = (n: number) => new Date(Date.UTC(2025, 0, 1 + n));
  for (const [n, id] of ids.entries()) {
    await database.sql('UPDATE orders SET created_at = $2 WHERE id = $1', [id, day(n)]);
  }
  await begin(database, ids.slice(0, 3));
  const own = { ...ALL, customerId };
  const pick = (...places: number[]) => places.map((n) => ids[n]);
  expect(await walk({ ...own, status: 'reserved' }, 2)).toEqual(pick(2, 1, 0));
  expect(await walk({ ...own, status: 'pending' }, 2)).toEqual(pick(5, 4, 3));
  expect(await walk({ ...own, status: 'failed' }, 2)).toEqual([]);
  // From is part of the span, to is not: spans that meet share no order.
  expect(await walk({ ...own, createdFrom: day(4) }, 2)).toEqual(pick(5, 4));
  expect(await walk({ ...own, createdTo: day(2) }, 2)).toEqual(pick(1, 0));
  const span = { createdFrom: day(1), createdTo: day(4) };
  expect(await walk({ ...own, ...span, status: 'reserved' }, 1)).toEqual(pick(2, 1));
  expect(await walk({ ...ALL, ...span, status: 'pending' }, 1)).toEqual(pick(3));
});

test('the ends of time are times, too', async () => {
  const customerId = 'time';
  const ids = await placeFor(customerId, 1);
  const createdFrom = new Date('0001-01-01T00:00:00Z');
  const createdTo = new Date('9999-12-31T23:59:59.999Z');
  expect(await walk({ ...ALL, customerId, createdFrom, createdTo }, 5)).toEqual(ids);
});

test('an order in a status of a newer version is left out, its neighbours are not', async () => {
  const customerId = 'newer';
  const ids = (await placeFor(customerId, 3)).toSorted().toReversed();
  await database.sql('ALTER TABLE orders DROP CONSTRAINT orders_status_known');
  await database.sql(`UPDATE orders SET status = 'parked' WHERE id = $1`, [ids[1]]);
  expect(await walk({ ...ALL, customerId }, 1)).toEqual([ids[0], ids[2]]);
});
