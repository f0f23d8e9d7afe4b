import { seedCatalogue } from '@orders/database/seed-catalogue';
import { skuSchema } from '@orders/domain/contracts/text';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { expectConsistent } from './expect-consistent.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());
afterEach(() => expectConsistent(database));

const everything = (): Promise<unknown[]> =>
  database.sql(
    `SELECT p.*, i.on_hand, i.reserved, i.sold, m.id AS movement, m.kind, m.delta, m.balance
       FROM products p JOIN inventory i USING (sku) JOIN stock_movements m USING (sku) ORDER BY sku`,
  );

test('many processes that seed at once make the catalogue once', async () => {
  const seeded = await Promise.all(
    Array.from({ length: 6 }, () => seedCatalogue(database.connect(), { count: 300 })),
  );
  expect(seeded).toEqual(Array(6).fill({ products: 300 }));
  expect(await everything()).toHaveLength(300);
});

test('a longer catalogue keeps the shorter one, and seeding it again changes nothing', async () => {
  const shorter = await everything();
  expect(await seedCatalogue(database)).toEqual({ products: 1_200 });
  const longer = await everything();
  expect(longer).toHaveLength(1_200);
  expect(longer).toEqual(expect.arrayContaining(shorter));
  await seedCatalogue(database);
  expect(await everything()).toEqual(longer);
});

test('prices and stock that were changed since are left alone', async () => {
  await database.sql(`UPDATE products SET price_minor = 1 WHERE sku = 'KEYBOARD-0001'`);
  await seedCatalogue(database, { stock: 5 });
  const rows = await database.sql(
    `SELECT price_minor::int, on_hand > 100000 AS plenty FROM products JOIN inventory USING (sku) WHERE sku = 'KEYBOARD-0001'`,
  );
  expect(rows).toEqual([{ price_minor: 1, plenty: true }]);
});

test('every product has a valid SKU, a name of its own, a price in cents and plenty of stock', async () => {
  const rows = await database.sql<{ sku: string; name: string; price: number; stock: number }>(
    `SELECT sku, name, price_minor::int AS price, on_hand::int AS stock FROM products JOIN inventory USING (sku)
      WHERE sku <> 'KEYBOARD-0001'`,
  );
  for (const { sku, price, stock } of rows) {
    expect(skuSchema.safeParse(sku).success).toBe(true);
    expect(price).toBeGreaterThanOrEqual(199);
    expect(price % 100).toBe(99);
    expect(stock).toBeGreaterThanOrEqual(50_000);
  }
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
});

test('stock can be set for all products, as a run that is to run dry needs it', async () => {
  const small = await startDatabase();
  await seedCatalogue(small, { count: 3, stock: 7 });
  const rows = await small.sql(
    'SELECT sku, on_hand::int, delta::int FROM inventory JOIN stock_movements USING (sku) ORDER BY sku',
  );
  expect(rows).toEqual([
    { sku: 'KEYBOARD-0001', on_hand: 7, delta: 7 },
    { sku: 'MONITOR-0001', on_hand: 7, delta: 7 },
    { sku: 'MOUSE-0001', on_hand: 7, delta: 7 },
  ]);
  await small.close();
});
