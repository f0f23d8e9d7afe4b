import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommandLine } from '../src/cli/run-command-line.ts';
import { createFakeTerminal } from './support/fake-terminal.ts';
import { startDatabase, type TestDatabase } from './support/start-database.ts';

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await startDatabase();
  folder = await mkdtemp(join(tmpdir(), 'orders-ops-'));
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

/** Runs a command with `--json`. */
async function ops(...args: string[]): Promise<{ code: number; json: unknown }> {
  const terminal = createFakeTerminal();
  const environment = { DATABASE_URL: database.url, LOCAL_FOLDER: folder };
  const code = await runCommandLine([...args, '--json'], environment, terminal);
  return { code, json: JSON.parse(terminal.stdout()) };
}

test('orders cannot be seeded before there are products', async () => {
  const { code, json } = await ops('seed-orders', '--count', '10');
  expect(code).toBe(1);
  expect(json).toEqual({ error: expect.stringMatching(/ops seed/) });
});

test('a catalogue is seeded once, however often it is asked for', async () => {
  for (let time = 0; time < 2; time += 1) {
    expect(await ops('seed', '--count', '40')).toEqual({ code: 0, json: { products: 40 } });
  }
});

test.each([[[]], [['--completed']]])(
  'after seeding orders %j the invariants hold',
  async (options) => {
    const { code, json } = await ops('seed-orders', '--count', '300', ...options);
    expect([code, json]).toEqual([0, { orders: 300, seconds: expect.any(Number) }]);
    const { json: report } = await ops('invariants', '--healed');
    expect(report).toMatchObject({ verdict: 'pass', violations: [] });
  },
);

test('counters that are off are rebuilt, and the invariants hold again', async () => {
  await database.sql('UPDATE order_counters SET completed = completed + 4 WHERE shard = 1');
  expect((await ops('invariants')).code).toBe(1);
  expect((await ops('counters', 'rebuild')).json).toEqual({ repaired: { completed: -4 } });
  expect((await ops('counters', 'rebuild')).json).toEqual({ repaired: {} });
  expect((await ops('invariants')).code).toBe(0);
});

test('a count that is none is a usage error', async () => {
  expect((await ops('seed-orders')).code).toBe(2);
  expect((await ops('seed-orders', '--count', '0')).code).toBe(2);
});
