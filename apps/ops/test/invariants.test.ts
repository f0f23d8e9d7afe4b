import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { check, expectOne } from './support/check.ts';
import { complete, fail, place, reserve, settle } from './support/drive-orders.ts';
import { addProduct, clear, startDatabase, type TestDatabase } from './support/start-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await clear(database);
  await addProduct(database, 'PEN-0001', 100);
});

test('a system in every stage of its work violates nothing', async () => {
  await place(database);
  await reserve(database, await place(database));
  await complete(database);
  await fail(database);
  const declined = await place(database);
  await reserve(database, declined);
  await settle(database, declined, { kind: 'declined', code: 'no', retryable: false });
  await addProduct(database, 'RARE-0001', 0);
  await reserve(database, await place(database, { sku: 'RARE-0001' }));
  const statuses = await database.read<{ status: string }>('SELECT status FROM orders');
  expect(statuses.map(({ status }) => status).sort()).toEqual([
    'backordered',
    'completed',
    'failed',
    'pending',
    'rejected',
    'reserved',
  ]);
  expect(await check(database)).toEqual([]);
});

describe('I1', () => {
  test('acknowledged orders that exist as acknowledged are no violation', async () => {
    const id = await place(database, { customerId: 'anna', key: 'k1' });
    expect(
      await check(database, { acknowledged: [{ id }, { id, key: 'k1', customerId: 'anna' }] }),
    ).toEqual([]);
  });

  test('an acknowledged order that does not exist is found', async () => {
    const id = uuidv7();
    expectOne(await check(database, { acknowledged: [{ id }] }), 'I1', id, /does not exist/);
  });

  test('an acknowledged order under another key or customer is found', async () => {
    const id = await place(database, { customerId: 'anna', key: 'k1' });
    expectOne(await check(database, { acknowledged: [{ id, key: 'k2' }] }), 'I1', id, /'k2'.*'k1'/);
    expectOne(
      await check(database, { acknowledged: [{ id, customerId: 'bob' }] }),
      'I1',
      id,
      /'bob'.*'anna'/,
    );
  });

  test('a key that made two orders is found, though an index forbids it', async () => {
    await database.sql('DROP INDEX orders_customer_key');
    const first = await place(database, { customerId: 'anna', key: 'k1' });
    const second = await place(database, { customerId: 'anna' });
    await database.sql('UPDATE orders SET idempotency_key = $1 WHERE id = $2::uuid', 'k1', second);
    expectOne(await check(database), 'I1', first, /2 orders by key k1/);
    await clear(database);
    await database.sql(
      'CREATE UNIQUE INDEX orders_customer_key ON orders (customer_id, idempotency_key) WHERE idempotency_key IS NOT NULL',
    );
  });
});

describe('I2', () => {
  test.each([
    ['reserved + 1', 'reserved = reserved + 1', /reserved is 2, but orders hold 1/],
    ['sold + 1', 'sold = sold + 1', /sold is 2, but completed orders took 1; on_hand is 99/],
    ['on_hand - 1', 'on_hand = on_hand - 1', /on_hand is 98, but movements less sold give 99/],
  ])('stock with %s is found', async (_, change, detail) => {
    await reserve(database, await place(database));
    await complete(database);
    await database.sql(`UPDATE inventory SET ${change}`);
    expectOne(await check(database), 'I2', 'PEN-0001', detail);
  });

  test('fewer units than are promised are a violation, unless a shortfall is open', async () => {
    await reserve(database, await place(database));
    await database.sql('UPDATE inventory SET on_hand = 0');
    await database.sql('UPDATE stock_movements SET delta = 0');
    expectOne(
      await check(database),
      'I2',
      'PEN-0001',
      /on_hand is 0 with 1 reserved, and no shortfall/,
    );
    await database.sql(`INSERT INTO stock_shortfalls (sku, missing) VALUES ('PEN-0001', 1)`);
    expect(await check(database)).toEqual([]);
  });

  test('movements of a SKU without stock are found', async () => {
    await database.sql('DELETE FROM inventory');
    expectOne(await check(database), 'I2', 'PEN-0001', /has no stock row, but movements of 100/);
  });
});

describe('I7', () => {
  test.each(['pending', 'completed', 'failed', 'processing_ms'])(
    'a counter of %s that is off is found',
    async (name) => {
      await complete(database);
      const [before] = await database.read<{ count: string }>(
        `SELECT sum(${name})::text AS count FROM order_counters`,
      );
      await database.sql(`UPDATE order_counters SET ${name} = ${name} + 1 WHERE shard = 3`);
      const shown = Number(before?.count) + 1;
      expectOne(
        await check(database),
        'I7',
        name,
        new RegExp(`say ${shown}, the table has ${shown - 1}`),
      );
    },
  );

  test('shards that are negative but add up are no violation', async () => {
    await complete(database);
    await database.sql('UPDATE order_counters SET pending = pending - 5 WHERE shard = 1');
    await database.sql('UPDATE order_counters SET pending = pending + 5 WHERE shard = 2');
    expect(await check(database)).toEqual([]);
  });
});
