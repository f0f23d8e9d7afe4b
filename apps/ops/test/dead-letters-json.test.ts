import {
  bulkRedrivenSchema,
  deadLetterActedSchema,
  deadLetterDetailsSchema,
  deadLetterSchema,
} from '@orders/domain/contracts/dead-letter';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { runCommandLine } from '../src/cli/run-command-line.ts';
import { fail, place } from './support/drive-orders.ts';
import { createFakeTerminal } from './support/fake-terminal.ts';
import { addProduct, startDatabase, type TestDatabase } from './support/start-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
  await addProduct(database, 'PEN-0001', 1_000);
});
afterAll(() => database?.close());

/** The only object that the command prints, and its exit code. */
async function ask(...args: string[]): Promise<{ code: number; json: unknown }> {
  const terminal = createFakeTerminal();
  const environment = { DATABASE_URL: database.url };
  const code = await runCommandLine(['dead-letters', ...args, '--json'], environment, terminal);
  return { code, json: JSON.parse(terminal.stdout()) };
}

async function failOne(): Promise<{ order: string; letter: string }> {
  const order = await fail(database);
  const [row] = await database.read<{ id: string }>(
    `SELECT id FROM dead_letters WHERE order_id = $1::uuid AND state = 'open'`,
    order,
  );
  return { order, letter: row?.id ?? 'none' };
}

const listSchema = z.strictObject({
  data: z.array(deadLetterSchema.strict()),
  nextCursor: z.string().nullable(),
});

describe('what programs read is what the admin routes answer', () => {
  test('of a list, page by page', async () => {
    const letters = [await failOne(), await failOne(), await failOne()];
    const seen: string[] = [];
    let cursor: string[] = [];
    for (;;) {
      const page = listSchema.parse((await ask('list', '--limit', '2', ...cursor)).json);
      seen.push(...page.data.map(({ id }) => id));
      if (page.nextCursor === null) break;
      expect(page.data).toHaveLength(2);
      cursor = ['--cursor', page.nextCursor];
    }
    expect(seen).toEqual(letters.map(({ letter }) => letter).toReversed());
  });

  test('of one in full: with its order, its payments, every error and the log', async () => {
    const { order, letter } = await failOne();
    const { code, json } = await ask('show', letter);
    expect(code).toBe(0);
    expect(deadLetterDetailsSchema.strict().parse(json)).toMatchObject({
      id: letter,
      order: { id: order, status: 'failed' },
      payments: [{ attempt: 1, outcome: 'refused' }],
      events: [{ type: 'placed' }, { type: 'reserved' }, { type: 'failed' }],
    });
  });

  test('of an act', async () => {
    const { order, letter } = await failOne();
    const { code, json } = await ask('discard', letter, '--reason', 'not wanted');
    expect(code).toBe(0);
    expect(json).toEqual({ id: letter, orderId: order, status: 'cancelled' });
    deadLetterActedSchema.strict().parse(json);
  });

  test('of acts that are refused', async () => {
    const { letter } = await failOne();
    const resolve = ['--outcome', 'not_charged', '--reason', 'x'];
    expect(await ask('resolve', letter, ...resolve)).toMatchObject({
      code: 1,
      json: { type: '/problems/illegal-state', status: 409, detail: expect.any(String) },
    });
    expect((await ask('redrive', letter)).code).toBe(0);
    expect(await ask('redrive', letter)).toMatchObject({
      code: 1,
      json: { type: '/problems/already-redriven', title: 'Already redriven', status: 409 },
    });
    const unknown = '01939f2c-9c4e-7d10-8f7a-3b2c1d0e9f8a';
    for (const command of ['show', 'redrive']) {
      expect(await ask(command, unknown)).toMatchObject({
        code: 1,
        json: { type: '/problems/not-found', status: 404 },
      });
    }
    expect(await ask('list', '--cursor', unknown)).toMatchObject({
      code: 1,
      json: { type: '/problems/invalid-cursor', status: 400 },
    });
  });

  test('of many redriven at once', async () => {
    const { order } = await failOne();
    const [row] = await database.read<{ customer_id: string }>(
      'SELECT customer_id FROM orders WHERE id = $1::uuid',
      order,
    );
    const twin = await place(database, { customerId: row?.customer_id ?? '' });
    const dry = bulkRedrivenSchema.strict().parse((await ask('redrive', '--dry-run')).json);
    expect(dry).toMatchObject({ dryRun: true, redriven: 0, refused: [] });
    const { matching } = dry;
    expect(await ask('redrive', '--expected-count', String(matching + 1))).toMatchObject({
      code: 1,
      json: { type: '/problems/illegal-state', matching, expectedCount: matching + 1 },
    });
    const { code, json } = await ask('redrive', '--expected-count', String(matching));
    expect(code).toBe(1);
    expect(bulkRedrivenSchema.strict().parse(json)).toMatchObject({
      matching,
      dryRun: false,
      redriven: matching - 1,
      refused: [{ reason: 'duplicate-order' }],
    });
    const [{ id: left } = { id: '' }] = listSchema.parse((await ask('list')).json).data;
    expect((await ask('redrive', left)).json).toMatchObject({
      type: '/problems/duplicate-order',
      existingOrderId: twin,
    });
  });
});
