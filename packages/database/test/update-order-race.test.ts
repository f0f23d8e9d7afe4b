import { beginOrders } from '@orders/database/orders/begin-orders';
import { placeOrders } from '@orders/database/orders/place-orders';
import { updateOrder } from '@orders/database/orders/update-order';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addProduct } from './add-product.ts';
import { begin, place, POLICY, readRuns, readStatuses, readStock } from './drive-orders.ts';
import { expectConsistent } from './expect-consistent.ts';
import { makeOrder, times } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

const WINDOW = 10_800;

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase({ poolSize: 20 });
  await addProduct(database, 'PEN-1', 10_000);
});
afterAll(() => database.close());
afterEach(() => expectConsistent(database));

const update = (orderId: string, quantity: number) =>
  updateOrder(database, {
    orderId,
    customerId: null,
    versions: [1],
    items: [{ sku: 'PEN-1', quantity }],
    actor: 'customer:c',
    duplicateWindowSeconds: WINDOW,
  });

test('of many changes of one version one is made', async () => {
  const [id = ''] = await place(database, [makeOrder({ items: { 'PEN-1': 1 } })]);
  const results = await Promise.all(times(12, (n) => update(id, n + 2)));
  expect(results.filter(({ kind }) => kind === 'updated')).toHaveLength(1);
  expect(results.filter(({ kind }) => kind === 'stale')).toHaveLength(11);
});

test('many orders changed to the same basket at once: one is', async () => {
  const customerId = 'herd';
  const ids = await place(
    database,
    times(12, (n) => makeOrder({ customerId, items: { 'PEN-1': n + 1 } })),
  );
  const placing = placeOrders(database, [makeOrder({ customerId, items: { 'PEN-1': 99 } })], {
    duplicateWindowSeconds: WINDOW,
  });
  const results = await Promise.all(ids.map((id) => update(id, 99)));
  const [placement] = await placing;
  const took =
    results.filter(({ kind }) => kind === 'updated').length +
    (placement?.kind === 'placed' ? 1 : 0);
  expect(took).toBe(1);
  expect(results.filter(({ kind }) => kind === 'duplicate').length).toBeGreaterThanOrEqual(11);
});

test('a change raced by a worker, 200 rounds: the reserved items are those of the order', async () => {
  const ids = await place(
    database,
    times(200, () => makeOrder({ items: { 'PEN-1': 1 } })),
  );
  const runs = await readRuns(database, ids);
  const before = await readStock(database, 'PEN-1');
  const kinds: string[] = [];
  for (let from = 0; from < ids.length; from += 8) {
    await Promise.all(
      ids.slice(from, from + 8).map(async (id, n) => {
        const run = runs[from + n];
        if (run === undefined) throw new Error('no run');
        const racers = [
          () => update(id, 3).then(({ kind }) => kinds.push(kind)),
          () => beginOrders(database, [run], POLICY),
        ];
        if (n % 2 === 0) racers.reverse();
        await Promise.all(racers.map((race) => race()));
      }),
    );
  }
  const updated = kinds.filter((kind) => kind === 'updated').length;
  expect([updated, kinds.filter((kind) => kind === 'stale').length]).toEqual([
    updated,
    200 - updated,
  ]);
  expect(updated).toBeGreaterThan(0);
  expect(updated).toBeLessThan(200);
  await begin(database, ids);
  expect(new Set(await readStatuses(database, ids))).toEqual(new Set(['reserved']));
  const after = await readStock(database, 'PEN-1');
  expect((after?.reserved ?? 0) - (before?.reserved ?? 0)).toBe(3 * updated + (200 - updated));
});
