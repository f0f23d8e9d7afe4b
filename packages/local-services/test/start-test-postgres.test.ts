import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { cloneDatabase, dropDatabase } from '@orders/local-services/create-database';
import { startTestPostgres, type TestPostgres } from '@orders/local-services/start-test-postgres';
import { query } from './query.ts';

vi.setConfig({ testTimeout: 30_000 });
let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startTestPostgres();
}, 30_000);
afterAll(() => postgres.close());

test('many clones of one template at once have its rows, and are independent', async () => {
  const template = await postgres.createDatabase('template_orders');
  await query(template, 'CREATE TABLE stock AS SELECT 7 AS on_hand');
  const clones = await Promise.all(
    Array.from({ length: 8 }, () => postgres.cloneDatabase('template_orders')),
  );
  expect(new Set(clones).size).toBe(8);
  await query(clones[0] ?? '', 'UPDATE stock SET on_hand = 0');
  for (const clone of [template, ...clones.slice(1)]) {
    expect(await query(clone, 'SELECT on_hand FROM stock')).toEqual([{ on_hand: 7 }]);
  }
});

test('a database made twice is made once, and can be cloned and dropped by its URL alone', async () => {
  const [url] = await Promise.all([
    postgres.createDatabase("odd 'name'"),
    postgres.createDatabase("odd 'name'"),
  ]);
  const clone = await cloneDatabase(url, 'clone "of" it');
  expect(await query(clone, 'SELECT current_database() AS name')).toEqual([
    { name: 'clone "of" it' },
  ]);
  await dropDatabase(clone);
  await dropDatabase(clone);
  await expect(query(clone, 'SELECT 1')).rejects.toThrow('does not exist');
});

test('nothing is left of it after close', async () => {
  const other = await startTestPostgres();
  await other.close();
  await expect(access(dirname(other.dataDir))).rejects.toThrow('ENOENT');
});
