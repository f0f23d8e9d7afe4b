import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Violation } from '@orders/database/invariants/violation';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkDatabase } from '../src/invariants/check-database.ts';
import { complete, fail, place, reserve, settle } from './support/drive-orders.ts';
import { addProduct, clear, startDatabase, type TestDatabase } from './support/start-database.ts';

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await startDatabase();
  folder = await mkdtemp(join(tmpdir(), 'orders-invariants-'));
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  await clear(database);
  await addProduct(database, 'PEN-0001', 100);
});

async function check({ acknowledged, healed = false }: Options = {}): Promise<Violation[]> {
  const file = acknowledged === undefined ? null : join(folder, 'acknowledged.ndjson');
  if (file !== null) await writeFile(file, acknowledged?.map((line) => `${JSON.stringify(line)}\n`) ?? '');
  const options = { acknowledgedFile: file, healed, onProgress: () => {} };
  return (await checkDatabase(database, options)).violations;
}
interface Options {
  acknowledged?: { id: string; key?: string; customerId?: string }[];
  healed?: boolean;
}

function expectOne(violations: Violation[], invariant: string, subject: string, detail: RegExp): void {
  expect(violations).toEqual([{ invariant, subject, detail: expect.stringMatching(detail) }]);
}

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
  expect(statuses.map(({ status }) => status).sort()).toEqual(
    ['backordered', 'completed', 'failed', 'pending', 'rejected', 'reserved'],
  );
  expect(await check()).toEqual([]);
});

describe('I1', () => {
  test('acknowledged orders that exist as acknowledged are no violation', async () => {
    const id = await place(database, { customerId: 'anna', key: 'k1' });
    expect(await check({ acknowledged: [{ id }, { id, key: 'k1', customerId: 'anna' }] })).toEqual([]);
  });

  test('an acknowledged order that does not exist is found', async () => {
    const id = uuidv7();
    expectOne(await check({ acknowledged: [{ id }] }), 'I1', id, /does not exist/);
  });

  test('an acknowledged order under another key or customer is found', async () => {
    const id = await place(database, { customerId: 'anna', key: 'k1' });
    expectOne(await check({ acknowledged: [{ id, key: 'k2' }] }), 'I1', id, /'k2'.*'k1'/);
    expectOne(await check({ acknowledged: [{ id, customerId: 'bob' }] }), 'I1', id, /'bob'.*'anna'/);
  });

  test('a key that made two orders is found, though an index forbids it', async () => {
    await database.sql('DROP INDEX orders_customer_key');
    const first = await place(database, { customerId: 'anna', key: 'k1' });
    const second = await place(database, { customerId: 'anna' });
    await database.sql('UPDATE orders SET idempotency_key = $1 WHERE id = $2::uuid', 'k1', second);
    expectOne(await check(), 'I1', first, /2 orders by key k1/);
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
    expectOne(await check(), 'I2', 'PEN-0001', detail);
  });

  test('fewer units than are promised are a violation, unless a shortfall is open', async () => {
    await reserve(database, await place(database));
    await database.sql('UPDATE inventory SET on_hand = 0');
    await database.sql('UPDATE stock_movements SET delta = 0');
    expectOne(await check(), 'I2', 'PEN-0001', /on_hand is 0 with 1 reserved, and no shortfall/);
    await database.sql(`INSERT INTO stock_shortfalls (sku, missing) VALUES ('PEN-0001', 1)`);
    expect(await check()).toEqual([]);
  });

  test('movements of a SKU without stock are found', async () => {
    await database.sql('DELETE FROM inventory');
    expectOne(await check(), 'I2', 'PEN-0001', /has no stock row, but movements of 100/);
  });
});

describe('I4', () => {
  test.each([
    ['without its first event', 'DELETE FROM order_events WHERE seq = 1', /begins with event 2/],
    ['with a gap', 'DELETE FROM order_events WHERE seq = 2', /event 1 is followed by event 3/],
    ['without its last event', 'DELETE FROM order_events WHERE seq = 3', /ends in reserved, but the order is completed/],
    ['that begins elsewhere', `UPDATE order_events SET to_status = 'reserved' WHERE seq = 1`, /begins new to reserved/],
    ['with a broken chain', `UPDATE order_events SET from_status = 'backordered' WHERE seq = 2`, /event 2 leaves backordered, but event 1 led to pending/],
    ['that is empty', 'DELETE FROM order_events', /has no log/],
  ])('a log %s is found', async (_, change, detail) => {
    const id = await complete(database);
    await database.sql(change);
    expectOne(await check(), 'I4', id, detail);
  });

  test('a step that is not in the transition table is found', async () => {
    const id = await complete(database);
    await database.sql(`UPDATE order_events SET to_status = 'cancelled' WHERE seq = 2`);
    await database.sql(`UPDATE order_events SET from_status = 'cancelled' WHERE seq = 3`);
    expectOne(await check(), 'I4', id, /event 3 goes from cancelled to completed/);
  });

  test('a version without its event is found', async () => {
    const id = await complete(database);
    await database.sql('UPDATE orders SET version = version + 1');
    expectOne(await check(), 'I4', id, /ends with event 3, but the order has version 4/);
  });
});

describe('I5', () => {
  const overdue = `UPDATE orders SET next_check_at = now() - interval '90 seconds'`;
  const heartbeat = (startedAgo: string, seenAgo: string): string =>
    `INSERT INTO worker_heartbeats (id, started_at, seen_at)
     VALUES (gen_random_uuid(), now() - interval '${startedAgo}', now() - interval '${seenAgo}')`;

  test('an order that is overdue beyond the grace is found', async () => {
    const id = await place(database);
    await database.sql(overdue);
    expectOne(await check(), 'I5', id, /is pending and its check is overdue by 90 s/);
    await database.sql(heartbeat('1 hour', '1 second'));
    expectOne(await check(), 'I5', id, /overdue/);
  });

  test('within the grace, with every worker dead, or with one that just came, it is not', async () => {
    await place(database);
    await database.sql(`UPDATE orders SET next_check_at = now() - interval '40 seconds'`);
    expect(await check()).toEqual([]);
    await database.sql(overdue);
    await database.sql(heartbeat('1 hour', '5 minutes'));
    expect(await check()).toEqual([]);
    await database.sql(heartbeat('10 seconds', '1 second'));
    expect(await check()).toEqual([]);
  });

  test('a refund that nobody will look at is found', async () => {
    const id = await complete(database);
    await database.sql(
      `INSERT INTO refunds (order_id, n, key, charge_id, amount_minor, currency)
       SELECT order_id, 1, 'refund', charge_id, amount_minor, currency FROM payment_attempts`,
    );
    expectOne(await check(), 'I5', id, /is completed with a refund to be made without a next check/);
  });

  test('after healing nothing may be under way, but backordered and failed orders may wait', async () => {
    await addProduct(database, 'RARE-0001', 0);
    await reserve(database, await place(database, { sku: 'RARE-0001' }));
    await fail(database);
    const id = await place(database);
    expect(await check()).toEqual([]);
    expectOne(await check({ healed: true }), 'I5', id, /is still pending/);
  });
});

describe('I6', () => {
  test('a failed order whose dead letter is closed is found', async () => {
    const id = await fail(database);
    await database.sql(`UPDATE dead_letters SET state = 'redriven', closed_at = now()`);
    const violations = await check();
    expect(violations.map(({ invariant }) => invariant)).toEqual(['I5', 'I6']);
    expectOne(violations.slice(1), 'I6', id, /is failed with 0 open dead letters/);
  });

  test('an open dead letter of an order that has not failed is found', async () => {
    await fail(database);
    const id = await complete(database);
    await database.sql('UPDATE dead_letters SET order_id = $1::uuid', id);
    const found = (await check()).filter(({ invariant }) => invariant === 'I6');
    expect(found.map(({ detail }) => detail).sort()).toEqual([
      'is completed with 1 open dead letters',
      'is failed with 0 open dead letters',
    ]);
  });
});

describe('I7', () => {
  test.each(['pending', 'completed', 'failed', 'processing_ms'])('a counter of %s that is off is found', async (name) => {
    await complete(database);
    const [before] = await database.read<{ count: string }>(
      `SELECT sum(${name})::text AS count FROM order_counters`,
    );
    await database.sql(`UPDATE order_counters SET ${name} = ${name} + 1 WHERE shard = 3`);
    const shown = Number(before?.count) + 1;
    expectOne(await check(), 'I7', name, new RegExp(`say ${shown}, the table has ${shown - 1}`));
  });

  test('shards that are negative but add up are no violation', async () => {
    await complete(database);
    await database.sql('UPDATE order_counters SET pending = pending - 5 WHERE shard = 1');
    await database.sql('UPDATE order_counters SET pending = pending + 5 WHERE shard = 2');
    expect(await check()).toEqual([]);
  });
});
