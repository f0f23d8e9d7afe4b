import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { check, expectOne } from './support/check.ts';
import { complete, fail, place, reserve } from './support/drive-orders.ts';
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

describe('I4', () => {
  test.each([
    ['without its first event', 'DELETE FROM order_events WHERE seq = 1', /begins with event 2/],
    ['with a gap', 'DELETE FROM order_events WHERE seq = 2', /event 1 is followed by event 3/],
    [
      'without its last event',
      'DELETE FROM order_events WHERE seq = 3',
      /ends in reserved, but the order is completed/,
    ],
    [
      'that begins elsewhere',
      `UPDATE order_events SET to_status = 'reserved' WHERE seq = 1`,
      /begins new to reserved/,
    ],
    [
      'with a broken chain',
      `UPDATE order_events SET from_status = 'backordered' WHERE seq = 2`,
      /event 2 leaves backordered, but event 1 led to pending/,
    ],
    ['that is empty', 'DELETE FROM order_events', /has no log/],
  ])('a log %s is found', async (_, change, detail) => {
    const id = await complete(database);
    await database.sql(change);
    expectOne(await check(database), 'I4', id, detail);
  });

  test('a step that is not in the transition table is found', async () => {
    const id = await complete(database);
    await database.sql(`UPDATE order_events SET to_status = 'cancelled' WHERE seq = 2`);
    await database.sql(`UPDATE order_events SET from_status = 'cancelled' WHERE seq = 3`);
    expectOne(await check(database), 'I4', id, /event 3 goes from cancelled to completed/);
  });

  test('a version without its event is found', async () => {
    const id = await complete(database);
    await database.sql('UPDATE orders SET version = version + 1');
    expectOne(await check(database), 'I4', id, /ends with event 3, but the order has version 4/);
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
    expectOne(await check(database), 'I5', id, /is pending and its check is overdue by 90 s/);
    await database.sql(heartbeat('1 hour', '1 second'));
    expectOne(await check(database), 'I5', id, /overdue/);
  });

  test('within the grace, with every worker dead, or with one that just came, it is not', async () => {
    await place(database);
    await database.sql(`UPDATE orders SET next_check_at = now() - interval '40 seconds'`);
    expect(await check(database)).toEqual([]);
    await database.sql(overdue);
    await database.sql(heartbeat('1 hour', '5 minutes'));
    expect(await check(database)).toEqual([]);
    await database.sql(heartbeat('10 seconds', '1 second'));
    expect(await check(database)).toEqual([]);
  });

  test('a refund that nobody will look at is found', async () => {
    const id = await complete(database);
    await database.sql(
      `INSERT INTO refunds (order_id, n, key, charge_id, amount_minor, currency)
       SELECT order_id, 1, 'refund', charge_id, amount_minor, currency FROM payment_attempts`,
    );
    expectOne(
      await check(database),
      'I5',
      id,
      /is completed with a refund to be made without a next check/,
    );
  });

  test('after healing nothing may be under way, but backordered and failed orders may wait', async () => {
    await addProduct(database, 'RARE-0001', 0);
    await reserve(database, await place(database, { sku: 'RARE-0001' }));
    await fail(database);
    const id = await place(database);
    expect(await check(database)).toEqual([]);
    expectOne(await check(database, { healed: true }), 'I5', id, /is still pending/);
  });
});

describe('I6', () => {
  test('a failed order whose dead letter is closed is found', async () => {
    const id = await fail(database);
    await database.sql(`UPDATE dead_letters SET state = 'redriven', closed_at = now()`);
    const violations = await check(database);
    expect(violations.map(({ invariant }) => invariant)).toEqual(['I5', 'I6']);
    expectOne(violations.slice(1), 'I6', id, /is failed with 0 open dead letters/);
  });

  test('an open dead letter of an order that has not failed is found', async () => {
    await fail(database);
    const id = await complete(database);
    await database.sql('UPDATE dead_letters SET order_id = $1::uuid', id);
    const found = (await check(database)).filter(({ invariant }) => invariant === 'I6');
    expect(found.map(({ detail }) => detail).sort()).toEqual([
      'is completed with 1 open dead letters',
      'is failed with 0 open dead letters',
    ]);
  });
});
