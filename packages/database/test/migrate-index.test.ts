import { migrate } from '@orders/database/migrate';
import { expect, test } from 'vitest';
import { times } from './make-order.ts';
import { TABLE, useMigrationSetting } from './migration-setting.ts';

const setting = useMigrationSetting();

test('an index is built concurrently while others wait for their turn, without a deadlock', async () => {
  await setting.addMigration('1_table', TABLE);
  await setting.addMigration('2_slow', 'SELECT pg_sleep(0.3);');
  await setting.addMigration(
    '3_index',
    '-- alone in its file\nCREATE INDEX CONCURRENTLY IF NOT EXISTS t_n ON t (n);\n',
  );
  const results = await Promise.all(times(6, () => migrate(setting.url, setting)));
  expect(results.flatMap(({ applied }) => applied)).toEqual(['1_table', '2_slow', '3_index']);
  expect(
    await setting.query(`SELECT indisvalid FROM pg_index WHERE indexrelid = 't_n'::regclass`),
  ).toEqual([{ indisvalid: true }]);
});

test('an index whose concurrent build failed or was killed is built anew, not taken for complete', async () => {
  await setting.addMigration('1_table', TABLE);
  await setting.addMigration('2_twice', 'INSERT INTO t VALUES (1);');
  const build = 'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_unique ON t (n);';
  await setting.addMigration('3_index', build);
  await expect(migrate(setting.url, setting)).rejects.toThrow('migration 3_index failed');
  expect(await setting.query(`SELECT to_regclass('t_unique') AS i`)).toEqual([{ i: null }]);
  expect(await setting.readRecorded()).toEqual(['1_table', '2_twice']);
  // What a process that is killed in the middle leaves: an invalid index.
  await expect(setting.query(build)).rejects.toThrow('could not create unique index');
  await setting.query('DELETE FROM t WHERE ctid IN (SELECT max(ctid) FROM t WHERE n = 1)');
  expect(await migrate(setting.url, setting)).toEqual({ applied: ['3_index'] });
  expect(
    await setting.query(`SELECT indisvalid FROM pg_index WHERE indexrelid = 't_unique'::regclass`),
  ).toEqual([{ indisvalid: true }]);
});

test('the word in a comment does not take a migration out of its transaction', async () => {
  await setting.addMigration(
    '1_table',
    '-- not CONCURRENTLY, since the table is new\n/* nor CONCURRENTLY here */ CREATE TABLE u (n INT);\nCREATE INDEX u_n ON u (n); SELECT 1 / 0;',
  );
  await expect(migrate(setting.url, setting)).rejects.toThrow('migration 1_table failed');
  expect(await setting.query(`SELECT to_regclass('u') AS u`)).toEqual([{ u: null }]);
});

test('an index without IF NOT EXISTS is refused, since a crash before its record would repeat it', async () => {
  await setting.addMigration('1_table', TABLE);
  await setting.addMigration('2_index', 'CREATE INDEX CONCURRENTLY t_n ON t (n);');
  await expect(migrate(setting.url, setting)).rejects.toThrow('needs IF NOT EXISTS');
});
