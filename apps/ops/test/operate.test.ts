import { afterAll, beforeAll, expect, test } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../src/cli/run-command-line.ts';
import { complete, fail, place, reserve } from './support/drive-orders.ts';
import { createFakeTerminal } from './support/fake-terminal.ts';
import { addProduct, startDatabase, type TestDatabase } from './support/start-database.ts';

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orders-operate-'));
  database = await startDatabase();
  await addProduct(database, 'PEN-0001', 1_000);
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

interface Printed {
  readonly code: number;
  readonly text: string;
}

async function ops(...args: string[]): Promise<Printed> {
  const terminal = createFakeTerminal();
  const code = await runCommandLine(
    args,
    { DATABASE_URL: database.url, LOCAL_FOLDER: folder },
    terminal,
  );
  return { code, text: terminal.stdout() + terminal.stderr() };
}

async function letterOf(orderId: string): Promise<string> {
  const [row] = await database.read<{ id: string }>(
    `SELECT id FROM dead_letters WHERE order_id = $1::uuid AND state = 'open'`,
    orderId,
  );
  return row?.id ?? 'none';
}

async function statusOf(orderId: string): Promise<string | undefined> {
  const [row] = await database.read<{ status: string }>(
    'SELECT status FROM orders WHERE id = $1::uuid',
    orderId,
  );
  return row?.status;
}

/** An order that gave up without knowing whether its charge went through. */
async function failInDoubt(): Promise<string> {
  const id = await place(database);
  await reserve(database, id);
  await database.sql(
    `UPDATE orders SET status = 'failed', reason = 'payment_unknown', next_check_at = NULL, version = version + 1
      WHERE id = $1::uuid`,
    id,
  );
  await database.sql(
    `INSERT INTO order_events (order_id, seq, type, from_status, to_status, actor, data)
     SELECT id, version, 'failed', 'reserved', 'failed', 'system', '{}' FROM orders WHERE id = $1::uuid`,
    id,
  );
  await database.sql(
    `INSERT INTO dead_letters (id, order_id, reason, from_status, detail, attempts)
     VALUES (gen_random_uuid(), $1::uuid, 'payment_unknown', 'reserved', '{}', 1)`,
    id,
  );
  await database.sql(
    'UPDATE order_counters SET reserved = reserved - 1, failed = failed + 1 WHERE shard = 16',
  );
  return id;
}

test('explain tells the whole story of a completed order', async () => {
  const id = await complete(database);
  const { code, text } = await ops('order', 'explain', id);
  expect(code).toBe(0);
  expect(text).toMatch(/status {5}completed, version 3/);
  expect(text).toMatch(/next {7}nothing: it is at rest/);
  expect(text).toMatch(/stock {6}sold/);
  expect(text).toMatch(/attempt 1 {2}10\.00 USD {2}captured \(charge-of-/);
  expect(text).toMatch(/1 .* placed: pending, by customer:/);
  expect(text).toMatch(/3 .* completed: reserved > completed/);
  expect(text).toContain('Redis cannot be asked (REDIS_URL is not set)');
});

test('explain says what an order under way waits for, and when it is looked at', async () => {
  const id = await place(database);
  expect((await ops('order', 'explain', id)).text).toMatch(
    /next .*stock is reserved; looked at in \d+ s/,
  );
  await reserve(database, id);
  expect((await ops('order', 'explain', id)).text).toMatch(
    /next .*the payment is charged; looked at in/,
  );
  await database.sql(
    `UPDATE orders SET next_check_at = now() - interval '5 seconds' WHERE id = $1::uuid`,
    id,
  );
  expect((await ops('order', 'explain', id)).text).toMatch(/\d+ s ago at the latest \(overdue\)/);
});

test('explain --json has the same as one object', async () => {
  const id = await fail(database);
  const { code, text } = await ops('order', 'explain', id, '--json');
  expect(code).toBe(0);
  expect(JSON.parse(text)).toMatchObject({
    id,
    status: 'failed',
    totalMinor: 1_000,
    nextStep: expect.stringContaining('waits for an operator'),
    payments: [{ attempt: 1, outcome: 'refused' }],
    deadLetters: [{ state: 'open' }],
    events: [{ seq: 1 }, { seq: 2 }, { seq: 3 }],
    job: { kind: 'unreachable' },
  });
});

test('explain says in one line that there is no such order', async () => {
  const { code, text } = await ops('order', 'explain', '01a1f72d-2acc-737d-a57f-7b76d7fa4ac0');
  expect(code).toBe(1);
  expect(text).toBe('there is no order 01a1f72d-2acc-737d-a57f-7b76d7fa4ac0\n');
});

test('a dead letter is listed, shown and redriven once', async () => {
  const order = await fail(database);
  const letter = await letterOf(order);
  expect((await ops('dead-letters', 'list')).text).toContain(`${letter}  open`);
  expect((await ops('dead-letters', 'list', '--reason', 'refund_failed')).text).toBe(
    'There are none.\n',
  );
  const shown = await ops('dead-letters', 'show', letter);
  expect(shown.text).toMatch(/reason {7}payment_refused/);
  expect(shown.text).toMatch(/state {8}open: redrive, discard or resolve it/);

  const redriven = await ops('dead-letters', 'redrive', letter, '--actor', 'anna');
  expect(redriven).toEqual({ code: 0, text: `Order ${order} is pending now.\n` });
  expect(await statusOf(order)).toBe('pending');
  const again = await ops('dead-letters', 'redrive', letter);
  expect(again.code).toBe(1);
  expect(again.text).toContain('no longer open');
  expect((await ops('dead-letters', 'show', letter)).text).toContain('redriven by anna');
});

test('discard cancels the order and keeps why', async () => {
  const order = await fail(database);
  const letter = await letterOf(order);
  const { code } = await ops('dead-letters', 'discard', letter, '--reason', 'customer called');
  expect(code).toBe(0);
  expect(await statusOf(order)).toBe('cancelled');
  expect((await ops('dead-letters', 'show', letter)).text).toMatch(/note {9}customer called/);
});

test('a payment in doubt is resolved as charged with its reference, and the order goes on', async () => {
  const order = await failInDoubt();
  const letter = await letterOf(order);
  const how = ['--outcome', 'charged', '--reference', 'ch_17', '--reason', 'seen there'];
  const { code, text } = await ops('dead-letters', 'resolve', letter, ...how, '--json');
  expect(code).toBe(0);
  expect(JSON.parse(text)).toEqual({ id: letter, orderId: order, status: 'reserved' });
  const payments = await database.read(
    'SELECT outcome, charge_id FROM payment_attempts WHERE order_id = $1::uuid',
    order,
  );
  expect(payments).toEqual([{ outcome: 'captured', charge_id: 'ch_17' }]);
});

test('a payment that is not in doubt cannot be resolved', async () => {
  const letter = await letterOf(await fail(database));
  const { code, text } = await ops(
    'dead-letters',
    'resolve',
    letter,
    '--outcome',
    'not_charged',
    '--reason',
    'x',
  );
  expect(code).toBe(1);
  expect(text).toContain('not in doubt');
});

test('redriving by filter does nothing unless as many match as expected, then redrives each', async () => {
  await fail(database);
  await fail(database);
  const dry = await ops('dead-letters', 'redrive', '--dry-run', '--json');
  const { matching } = JSON.parse(dry.text) as { matching: number };
  expect(matching).toBeGreaterThanOrEqual(2);
  const wrong = await ops('dead-letters', 'redrive', '--expected-count', String(matching + 1));
  expect(wrong.code).toBe(1);
  expect(wrong.text).toContain('Nothing was done');
  const right = await ops(
    'dead-letters',
    'redrive',
    '--expected-count',
    String(matching),
    '--json',
    '--force',
  );
  expect(JSON.parse(right.text)).toMatchObject({ matching, redriven: matching, refused: [] });
  expect((await ops('dead-letters', 'list')).text).toBe('There are none.\n');
});

test('invariants pass on what these acts left behind, and say what they could not check', async () => {
  const { code, text } = await ops('invariants');
  expect(text).toMatch(/I3 was not checked: no PAYMENT_PROVIDER_URL/);
  expect(text).toMatch(/^0 violations in \d+ orders/m);
  expect(code).toBe(0);
});

test('a violation is a line, and the exit code says so', async () => {
  const order = await fail(database);
  await database.sql(`DELETE FROM dead_letters WHERE order_id = $1::uuid`, order);
  const { code, text } = await ops('invariants');
  expect(code).toBe(1);
  expect(text).toContain(`I6 ${order}: is failed with 0 open dead letters`);
  const json = JSON.parse((await ops('invariants', '--json')).text) as {
    verdict: string;
    violations: unknown[];
  };
  expect(json.verdict).toBe('fail');
  expect(json.violations).toContainEqual({
    invariant: 'I6',
    subject: order,
    detail: 'is failed with 0 open dead letters',
  });
});
