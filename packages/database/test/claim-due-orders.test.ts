import { claimDueOrders, extendLeases } from '@orders/database/dispatch/claim-due-orders';
import { makeAllDue } from '@orders/database/dispatch/queue-marker';
import { markDue } from '@orders/database/orders/mark-due';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { begin, place, readRuns, settle } from './drive-orders.ts';
import { expectConsistent } from './expect-consistent.ts';
import { makeOrder, times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase({ poolSize: 10 });
  await addProduct(database, 'PEN-0001', 1_000_000);
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.sql(
    `UPDATE orders SET next_check_at = now() + interval '1 day' WHERE next_check_at IS NOT NULL`,
  );
});
afterEach(() => expectConsistent(database));

async function placeDue(count: number): Promise<string[]> {
  const ids = await place(
    database,
    times(count, () => makeOrder()),
  );
  await database.sql('UPDATE orders SET next_check_at = now() WHERE id = ANY($1)', [ids]);
  return ids;
}

/** Seconds until orders are due again. */
const readLeases = async (ids: string[]): Promise<number[]> => {
  const rows = await database.sql<{ seconds: number }>(
    `SELECT extract(epoch FROM next_check_at - now())::float AS seconds FROM orders WHERE id = ANY($1)`,
    [ids],
  );
  return rows.map(({ seconds }) => seconds);
};

test('of many sweepers that claim at once, each order is claimed by one', async () => {
  const ids = await placeDue(200);
  const pools = [database, database.connect(), database.connect()];
  const claimed = await Promise.all(times(30, (n) => claimDueOrders(pools[n % 3] ?? database, 15)));
  const all = claimed.flat().map(({ orderId }) => orderId);
  expect(new Set(all).size).toBe(all.length);
  // What one had locked, another has skipped: it is claimed by the next look.
  all.push(...(await claimDueOrders(database, 500)).map(({ orderId }) => orderId));
  expect(all.toSorted()).toEqual(ids.toSorted());
  expect(await claimDueOrders(database, 500)).toEqual([]);
});

test('a claim names the dispatch and is a lease of a minute, after which the order is due again', async () => {
  const ids = await placeDue(3);
  await database.sql('UPDATE orders SET dispatch = 7 WHERE id = $1', [ids[1]]);
  const claimed = await claimDueOrders(database, 10);
  expect(claimed.toSorted((a, b) => (a.orderId < b.orderId ? -1 : 1))).toEqual(
    (await readRuns(database, ids)).toSorted((a, b) => (a.orderId < b.orderId ? -1 : 1)),
  );
  for (const seconds of await readLeases(ids)) {
    expect(seconds).toBeGreaterThan(50);
    expect(seconds).toBeLessThanOrEqual(60);
  }
});

test('what has been due for longest is claimed first, no more than asked for', async () => {
  const ids = await placeDue(5);
  await database.sql(
    `UPDATE orders SET next_check_at = now() - array_position($1::uuid[], id) * interval '1 minute' WHERE id = ANY($1)`,
    [ids],
  );
  const claimed = await claimDueOrders(database, 2);
  expect(new Set(claimed.map(({ orderId }) => orderId))).toEqual(new Set(ids.slice(3)));
});

test('an order that has been waiting for long is leased for longer, at most a quarter of an hour', async () => {
  const [young = '', old = ''] = await placeDue(2);
  await database.sql(`UPDATE orders SET updated_at = now() - interval '5 minutes' WHERE id = $1`, [
    young,
  ]);
  await database.sql(`UPDATE orders SET updated_at = now() - interval '5 hours' WHERE id = $1`, [
    old,
  ]);
  const claimed = await claimDueOrders(database, 10);
  // Until its job is there, nobody else looks after it.
  for (const seconds of await readLeases([young, old])) expect(seconds).toBeLessThanOrEqual(60);
  await extendLeases(database, claimed);
  const [seconds = 0] = await readLeases([young]);
  expect(Math.round(seconds / 10)).toBe(30);
  expect(Math.round(((await readLeases([old]))[0] ?? 0) / 10)).toBe(90);
});

test('the lease of an order that went on meanwhile is its own', async () => {
  const [same = '', due = '', redispatched = ''] = await placeDue(3);
  await database.sql(
    `UPDATE orders SET updated_at = now() - interval '5 hours' WHERE id = ANY($1)`,
    [[same, due, redispatched]],
  );
  const claimed = await claimDueOrders(database, 10);
  await database.sql('UPDATE orders SET next_check_at = now() WHERE id = $1', [due]);
  await database.sql('UPDATE orders SET dispatch = dispatch + 1 WHERE id = $1', [redispatched]);
  await extendLeases(database, claimed);
  await extendLeases(database, []);
  expect((await readLeases([same]))[0]).toBeGreaterThan(800);
  expect((await readLeases([due]))[0]).toBeLessThanOrEqual(0);
  expect((await readLeases([redispatched]))[0]).toBeLessThanOrEqual(60);
});

test('orders whose enqueue failed become due at once; those at rest and those in work do not', async () => {
  const ids = await place(
    database,
    times(3, () => makeOrder()),
  );
  const [waiting = '', done = '', locked = ''] = ids;
  await begin(database, [done]);
  await settle(database, [done], 'captured');
  await database.prisma.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM orders WHERE id = ${locked}::uuid FOR NO KEY UPDATE`;
    await markDue(database, ids);
  });
  await markDue(database, []);
  expect((await claimDueOrders(database, 10)).map(({ orderId }) => orderId)).toEqual([waiting]);
});

test('when Redis has lost something, every order with work left becomes due', async () => {
  const open = await place(
    database,
    times(20, () => makeOrder()),
  );
  const done = await place(
    database,
    times(5, () => makeOrder()),
  );
  await begin(database, done);
  await settle(database, done, 'captured');
  await makeAllDue(database);
  const claimed = (await claimDueOrders(database, 10_000)).map(({ orderId }) => orderId);
  expect(claimed).toEqual(expect.arrayContaining(open));
  expect(claimed.filter((id) => done.includes(id))).toEqual([]);
});

test('making all due while workers reserve and settle waits for no circle', async () => {
  const ids = await place(
    database,
    times(200, () => makeOrder()),
  );
  await Promise.all([
    ...times(4, () => makeAllDue(database)),
    ...times(10, async (n) => {
      const batch = ids.filter((_, index) => index % 10 === n).toReversed();
      await begin(database, batch);
      await settle(database, batch, 'captured');
    }),
    ...times(4, () => claimDueOrders(database, 50)),
  ]);
  const [left] = await database.sql(
    'SELECT count(*)::int AS n FROM orders WHERE id = ANY($1) AND status <> $2',
    [ids, 'completed'],
  );
  expect(left).toEqual({ n: 0 });
});
