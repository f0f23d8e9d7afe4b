import { createDatabase, type Database } from '@orders/database/client';
import { placeOrders } from '@orders/database/orders/place-orders';
import { isUnavailable } from '@orders/database/sql-state';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { expectConsistent } from './expect-consistent.ts';
import { makeOrder, times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';
import { startProxy, type Proxy, type Watch } from './start-proxy.ts';

const WINDOW = { duplicateWindowSeconds: 10_800 };

let database: TestDatabase;
let proxy: Proxy;
let behind: Database;
beforeAll(async () => {
  database = await startDatabase();
  await addProduct(database, 'PEN-0001', 1_000_000);
  proxy = await startProxy(database.url);
  behind = createDatabase({ url: proxy.url, poolSize: 4, applicationName: 'behind the proxy' });
  await behind.ping();
});
afterAll(async () => {
  await behind.close();
  await proxy.close();
  await database.close();
});
afterEach(async () => {
  proxy.watch(null);
  await expectConsistent(database);
});

/** Loses the reply to the statement that writes, which is committed then, and to so many more. */
function loseCommit(more = 0): Watch {
  let left: number | null = null;
  return (reply) => {
    if (left === null && reply.includes(WRITTEN)) left = more + 1;
    if (left === null || left === 0) return 'pass';
    left -= 1;
    return 'cut';
  };
}

/** The columns that it returns, as a RowDescription has them. */
const WRITTEN = 'left_out\0';

const countOrders = async (): Promise<unknown> =>
  (await database.sql('SELECT count(*)::int AS n FROM orders'))[0]?.['n'];

test('a lost reply to COMMIT is the truth for every caller of the batch: placed once', async () => {
  const before = await countOrders();
  const customer = makeOrder();
  await placeOrders(database, [customer], WINDOW);
  const orders = [
    ...times(5, (n) => makeOrder({ idempotencyKey: `lost ${n}` })),
    makeOrder({ allowDuplicate: true }),
    makeOrder({ customerId: customer.customerId }),
    makeOrder({ items: { 'NO-SUCH': 1 } }),
  ];
  proxy.watch(loseCommit());
  const placements = await placeOrders(behind, orders, WINDOW);
  expect(placements.map(({ kind }) => kind)).toEqual([
    ...Array<string>(6).fill('placed'),
    'duplicate',
    'unknown-sku',
  ]);
  expect(placements.flatMap((p) => ('order' in p ? p.order.id : []))).toEqual(
    orders.slice(0, 6).map(({ id }) => id),
  );
  expect(await countOrders()).toBe(Number(before) + 7);
});

test('when the repetition is lost, too, it is reported as unavailable, and the key tells later', async () => {
  const order = makeOrder({ idempotencyKey: 'lost twice' });
  const before = Number(await countOrders());
  proxy.watch(loseCommit(1));
  const error: unknown = await placeOrders(behind, [order], WINDOW).catch((e: unknown) => e);
  expect(isUnavailable(error)).toBe(true);
  proxy.watch(null);
  const retry = makeOrder({ idempotencyKey: 'lost twice', customerId: order.customerId });
  const [placement] = await placeOrders(behind, [retry], WINDOW);
  expect(placement).toMatchObject({ kind: 'replayed', order: { id: order.id } });
  expect(await countOrders()).toBe(before + 1);
});

test('calling again with the same ids while the first call is under way is success for all', async () => {
  const orders = times(5, () => makeOrder({ allowDuplicate: true }));
  const before = Number(await countOrders());
  const calls = await Promise.all(times(4, () => placeOrders(database, orders, WINDOW)));
  calls.push(await placeOrders(behind, orders, WINDOW));
  for (const call of calls) {
    expect(call.map((p) => ('order' in p ? p.order.id : p.kind))).toEqual(
      orders.map(({ id }) => id),
    );
  }
  expect(await countOrders()).toBe(before + 5);
});

test('a look-up whose reply is lost is not repeated: nothing can be there', async () => {
  let begun = 0;
  // The reply to the look-up is lost: the server rolls back.
  proxy.watch((reply) => {
    if (!reply.includes('products')) return 'pass';
    begun += 1;
    return 'cut';
  });
  const error: unknown = await placeOrders(behind, [makeOrder()], WINDOW).catch((e: unknown) => e);
  expect(isUnavailable(error)).toBe(true);
  expect(begun).toBe(1);
});
