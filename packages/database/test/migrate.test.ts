import { spawn } from 'node:child_process';
import { appendFile, cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { migrate } from '@orders/database/migrate';
import { expect, test } from 'vitest';
import { times } from './make-order.ts';
import { TABLE, useMigrationSetting } from './migration-setting.ts';
import { MIGRATIONS } from './start-database.ts';

const setting = useMigrationSetting();

test('eight processes that start at once apply every migration once', async () => {
  await setting.addMigration('1_table', TABLE);
  // Slow enough for all of them to meet.
  await setting.addMigration('2_more', 'SELECT pg_sleep(0.3); ALTER TABLE t ADD COLUMN x TEXT;');
  const script = `import { migrate } from '@orders/database/migrate';
    const { applied } = await migrate(process.argv[1], { directory: process.argv[2] });
    console.log(JSON.stringify(applied));`;
  const outputs = await Promise.all(
    times(8, () => runNode(script, [setting.url, setting.directory])),
  );
  const applied = outputs.map((output) => JSON.parse(output) as string[]);
  expect(applied.flat()).toEqual(['1_table', '2_more']);
  expect(await setting.readRecorded()).toEqual(['1_table', '2_more']);
});

/** Runs a module in a process of its own beside this package; its output, or its error. */
function runNode(script: string, args: string[]): Promise<string> {
  const cwd = path.resolve(import.meta.dirname, '..');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, '--', ...args], {
      cwd,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(output))));
  });
}

test('the real migrations make an empty database complete, and a second call does nothing', async () => {
  const lines: string[] = [];
  const { applied } = await migrate(setting.url, {
    directory: MIGRATIONS,
    log: (line) => lines.push(line),
  });
  expect(lines).toEqual(applied.map((name) => `applying migration ${name}`));
  expect(await migrate(setting.url, { directory: MIGRATIONS })).toEqual({ applied: [] });
});

test('a new migration is applied after those that are there; one of a newer version is left alone', async () => {
  await setting.addMigration('1_table', TABLE);
  await setting.addMigration('3_newer', 'CREATE TABLE newer ();');
  await migrate(setting.url, setting);
  await rm(path.join(setting.directory, '3_newer'), { recursive: true });
  await setting.addMigration('2_more', 'CREATE TABLE more ();');
  expect(await migrate(setting.url, setting)).toEqual({ applied: ['2_more'] });
  expect(await setting.readRecorded()).toEqual(['1_table', '3_newer', '2_more']);
});

test('a migration that was edited after it had been applied is an error that says what to do', async () => {
  await setting.addMigration('1_table', TABLE);
  await migrate(setting.url, setting);
  await appendFile(path.join(setting.directory, '1_table', 'migration.sql'), '-- later\n');
  await setting.addMigration('2_more', 'CREATE TABLE more ();');
  await expect(migrate(setting.url, setting)).rejects.toThrow(
    'migration 1_table was edited after it had been applied: undo the edit',
  );
  expect(await setting.readRecorded()).toEqual(['1_table']);
});

test('line ends that git has rewritten are no edit', async () => {
  await setting.addMigration('1_table', TABLE);
  await migrate(setting.url, setting);
  await setting.addMigration('1_table', TABLE.replaceAll('\n', '\r\n'));
  expect(await migrate(setting.url, setting)).toEqual({ applied: [] });
});

test('a migration that fails leaves nothing behind, names itself, and can be run again when mended', async () => {
  await setting.addMigration('1_table', TABLE);
  await setting.addMigration(
    '2_broken',
    'CREATE TABLE half (); INSERT INTO t VALUES (1); SELECT 1 / 0;',
  );
  await setting.addMigration('3_after', 'CREATE TABLE after_all ();');
  await expect(migrate(setting.url, setting)).rejects.toThrow(
    'migration 2_broken failed: division by zero',
  );
  expect(await setting.readRecorded()).toEqual(['1_table']);
  expect(
    await setting.query(`SELECT to_regclass('half') AS half, (SELECT count(*)::int FROM t) AS n`),
  ).toEqual([{ half: null, n: 1_000 }]);
  await setting.addMigration('2_broken', 'CREATE TABLE half ();');
  expect(await migrate(setting.url, setting)).toEqual({ applied: ['2_broken', '3_after'] });
});

test('what another tool has left unfinished is not run over', async () => {
  await setting.addMigration('1_table', TABLE);
  await migrate(setting.url, setting);
  await setting.addMigration('2_more', 'CREATE TABLE more ();');
  await setting.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('x', 'y', '2_more')`,
  );
  await expect(migrate(setting.url, setting)).rejects.toThrow('2_more was begun by another tool');
  await setting.query(`UPDATE _prisma_migrations SET rolled_back_at = now() WHERE id = 'x'`);
  expect(await migrate(setting.url, setting)).toEqual({ applied: ['2_more'] });
});

test('the limits of the role do not end a migration that takes its time', async () => {
  await setting.query(`ALTER DATABASE ${setting.databaseName} SET statement_timeout = '50ms'`);
  await setting.addMigration('1_slow', 'SELECT pg_sleep(0.2); CREATE TABLE slow ();');
  expect(await migrate(setting.url, setting)).toEqual({ applied: ['1_slow'] });
});

test('a folder whose migration is missing is an error before anything is applied', async () => {
  await setting.addMigration('1_table', TABLE);
  await mkdir(path.join(setting.directory, '2_empty'));
  await expect(migrate(setting.url, setting)).rejects.toThrow('2_empty');
  expect(await setting.query(`SELECT to_regclass('t') AS t`)).toEqual([{ t: null }]);
});

test('a copy of the real migrations is recorded as Prisma itself records them', async () => {
  await cp(MIGRATIONS, setting.directory, { recursive: true });
  await migrate(setting.url, setting);
  const rows = await setting.query(
    `SELECT id ~ '^[0-9a-f-]{36}$' AS id, checksum ~ '^[0-9a-f]{64}$' AS checksum, finished_at >= started_at AS ended,
            logs, rolled_back_at, applied_steps_count FROM _prisma_migrations`,
  );
  for (const row of rows) {
    expect(row).toEqual({
      id: true,
      checksum: true,
      ended: true,
      logs: null,
      rolled_back_at: null,
      applied_steps_count: 1,
    });
  }
});
