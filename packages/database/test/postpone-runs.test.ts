import { postponeRuns } from '@orders/database/orders/postpone-runs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { begin, place, settle } from './drive-orders.ts';
import { expectConsistent } from './expect-consistent.ts';
import { makeOrder, times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase({ poolSize: 20 });
  await addProduct(database, 'PEN-0001', 1_000);
});
afterAll(() => database.close());
afterEach(() => expectConsistent(database));

const placeSome = (count: number): Promise<string[]> =>
  place(
    database,
    times(count, () => makeOrder({ items: { 'PEN-0001': 1 } })),
  );

async function readPlan(id: string) {
  const [row] = await database.sql<{ dispatch: number; version: number; seconds: number | null }>(
    `SELECT dispatch, version, extract(epoch FROM next_check_at - now())::float8 AS seconds
       FROM orders WHERE id = $1`,
    [id],
  );
  return row;
}

test('a postponed run has a dispatch of its own and is due after its delay, by the clock of PostgreSQL', async () => {
  const [id = ''] = await placeSome(1);
  await begin(database, [id]);
  const before = await readPlan(id);
  await postponeRuns(database, [{ orderId: id, dispatch: 1, delayMs: 30_000 }]);
  const plan = await readPlan(id);
  expect(plan).toMatchObject({ dispatch: 2, version: before?.version });
  expect(plan?.seconds).toBeGreaterThan(20);
  expect(plan?.seconds).toBeLessThanOrEqual(30);
});

test('a run without a delay of its own waits longer the longer its order has not changed, up to a bound', async () => {
  const [fresh = '', old = '', ancient = ''] = await placeSome(3);
  await database.sql(
    `UPDATE orders SET updated_at = now() - CASE id WHEN $1 THEN interval '8 seconds' ELSE interval '1 day' END
      WHERE id IN ($1, $2)`,
    [old, ancient],
  );
  await postponeRuns(
    database,
    [fresh, old, ancient].map((orderId) => ({ orderId, dispatch: 1, delayMs: null })),
  );
  const within = async (id: string, least: number, most: number) => {
    const seconds = (await readPlan(id))?.seconds ?? 0;
    expect(seconds).toBeGreaterThan(least - 2);
    expect(seconds).toBeLessThanOrEqual(most);
  };
  await within(fresh, 0, 5);
  await within(old, 4, 12);
  await within(ancient, 15, 30);
});

test('postponing a run again, or one that was superseded, changes nothing', async () => {
  const [id = ''] = await placeSome(1);
  const run = { orderId: id, dispatch: 1, delayMs: 60_000 };
  await Promise.all(times(10, () => postponeRuns(database, [run])));
  expect(await readPlan(id)).toMatchObject({ dispatch: 2 });
  await postponeRuns(database, [{ ...run, delayMs: 1_000 }]);
  expect((await readPlan(id))?.seconds).toBeGreaterThan(30);
});

test('an order with nothing left to do stays as it is', async () => {
  const [id = ''] = await placeSome(1);
  await begin(database, [id]);
  await settle(database, [id], 'captured');
  await postponeRuns(database, [
    { orderId: id, dispatch: 1, delayMs: 0 },
    { orderId: makeOrder().id, dispatch: 1, delayMs: 0 },
  ]);
  expect(await readPlan(id)).toMatchObject({ dispatch: 1, seconds: null });
});

test('batches that postpone and begin the same orders the other way round do not deadlock', async () => {
  const ids = await placeSome(40);
  await Promise.all(
    times(20, (n) => {
      const order = n % 2 === 0 ? ids : ids.toReversed();
      return n % 4 < 2
        ? begin(database, order)
        : postponeRuns(
            database,
            order.map((orderId) => ({ orderId, dispatch: n, delayMs: 1 })),
          );
    }),
  );
});
