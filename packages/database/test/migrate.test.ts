import { spawn } from 'node:child_process';
import { appendFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrate } from '@orders/database/migrate';
import { startTestPostgres, type TestPostgres } from '@orders/local-services/start-test-postgres';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { times } from './make-order.ts';
import { MIGRATIONS } from './start-database.ts';

let postgres: TestPostgres;
let directory: string;
let url: string;
let databases = 0;
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.close());
beforeEach(async () => {
  url = await postgres.createDatabase(`migrate_${(databases += 1)}`);
  directory = await mkdtemp(path.join(tmpdir(), 'orders-migrations-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function addMigration(name: string, sql: string): Promise<void> {
  await mkdir(path.join(directory, name), { recursive: true });
  await writeFile(path.join(directory, name, 'migration.sql'), sql);
}

async function query(text: string): Promise<pg.QueryResultRow[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<pg.QueryResultRow>(text)).rows;
  } finally {
    await client.end();
  }
}

const recorded = async (): Promise<unknown[]> =>
  (await query('SELECT migration_name FROM _prisma_migrations ORDER BY started_at')).map(
    (row) => row['migration_name'],
  );

const TABLE = 'CREATE TABLE t (n INT);\nINSERT INTO t SELECT generate_series(1, 1000);\n';

test('eight processes that start at once apply every migration once', async () => {
  await addMigration('1_table', TABLE);
  // Slow enough for all of them to meet.
  await addMigration('2_more', 'SELECT pg_sleep(0.3); ALTER TABLE t ADD COLUMN x TEXT;');
  const script = `import { migrate } from '@orders/database/migrate';
    const { applied } = await migrate(process.argv[1], { directory: process.argv[2] });
    console.log(JSON.stringify(applied));`;
  const outputs = await Promise.all(times(8, () => runNode(script, [url, directory])));
  const applied = outputs.map((output) => JSON.parse(output) as string[]);
  expect(applied.flat()).toEqual(['1_table', '2_more']);
  expect(await recorded()).toEqual(['1_table', '2_more']);
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
  const { applied } = await migrate(url, {
    directory: MIGRATIONS,
    log: (line) => lines.push(line),
  });
  expect(lines).toEqual(applied.map((name) => `applying migration ${name}`));
  expect(await migrate(url, { directory: MIGRATIONS })).toEqual({ applied: [] });
});

test('a new migration is applied after those that are there; one of a newer version is left alone', async () => {
  await addMigration('1_table', TABLE);
  await addMigration('3_newer', 'CREATE TABLE newer ();');
  await migrate(url, { directory });
  await rm(path.join(directory, '3_newer'), { recursive: true });
  await addMigration('2_more', 'CREATE TABLE more ();');
  expect(await migrate(url, { directory })).toEqual({ applied: ['2_more'] });
  expect(await recorded()).toEqual(['1_table', '3_newer', '2_more']);
});

test('a migration that was edited after it had been applied is an error that says what to do', async () => {
  await addMigration('1_table', TABLE);
  await migrate(url, { directory });
  await appendFile(path.join(directory, '1_table', 'migration.sql'), '-- later\n');
  await addMigration('2_more', 'CREATE TABLE more ();');
  await expect(migrate(url, { directory })).rejects.toThrow(
    'migration 1_table was edited after it had been applied: undo the edit',
  );
  expect(await recorded()).toEqual(['1_table']);
});

test('line ends that git has rewritten are no edit', async () => {
  await addMigration('1_table', TABLE);
  await migrate(url, { directory });
  await addMigration('1_table', TABLE.replaceAll('\n', '\r\n'));
  expect(await migrate(url, { directory })).toEqual({ applied: [] });
});

test('a migration that fails leaves nothing behind, names itself, and can be run again when mended', async () => {
  await addMigration('1_table', TABLE);
  await addMigration('2_broken', 'CREATE TABLE half (); INSERT INTO t VALUES (1); SELECT 1 / 0;');
  await addMigration('3_after', 'CREATE TABLE after_all ();');
  await expect(migrate(url, { directory })).rejects.toThrow(
    'migration 2_broken failed: division by zero',
  );
  expect(await recorded()).toEqual(['1_table']);
  expect(
    await query(`SELECT to_regclass('half') AS half, (SELECT count(*)::int FROM t) AS n`),
  ).toEqual([{ half: null, n: 1_000 }]);
  await addMigration('2_broken', 'CREATE TABLE half ();');
  expect(await migrate(url, { directory })).toEqual({ applied: ['2_broken', '3_after'] });
});

test('an index is built concurrently while others wait for their turn, without a deadlock', async () => {
  await addMigration('1_table', TABLE);
  await addMigration('2_slow', 'SELECT pg_sleep(0.3);');
  await addMigration(
    '3_index',
    '-- alone in its file\nCREATE INDEX CONCURRENTLY IF NOT EXISTS t_n ON t (n);\n',
  );
  const results = await Promise.all(times(6, () => migrate(url, { directory })));
  expect(results.flatMap(({ applied }) => applied)).toEqual(['1_table', '2_slow', '3_index']);
  expect(await query(`SELECT indisvalid FROM pg_index WHERE indexrelid = 't_n'::regclass`)).toEqual(
    [{ indisvalid: true }],
  );
});

test('an index whose concurrent build failed or was killed is built anew, not taken for complete', async () => {
  await addMigration('1_table', TABLE);
  await addMigration('2_twice', 'INSERT INTO t VALUES (1);');
  const build = 'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_unique ON t (n);';
  await addMigration('3_index', build);
  await expect(migrate(url, { directory })).rejects.toThrow('migration 3_index failed');
  expect(await query(`SELECT to_regclass('t_unique') AS i`)).toEqual([{ i: null }]);
  expect(await recorded()).toEqual(['1_table', '2_twice']);
  // What a process that is killed in the middle leaves: an invalid index.
  await expect(query(build)).rejects.toThrow('could not create unique index');
  await query('DELETE FROM t WHERE ctid IN (SELECT max(ctid) FROM t WHERE n = 1)');
  expect(await migrate(url, { directory })).toEqual({ applied: ['3_index'] });
  expect(
    await query(`SELECT indisvalid FROM pg_index WHERE indexrelid = 't_unique'::regclass`),
  ).toEqual([{ indisvalid: true }]);
});

test('the word in a comment does not take a migration out of its transaction', async () => {
  await addMigration(
    '1_table',
    '-- not CONCURRENTLY, since the table is new\n/* nor CONCURRENTLY here */ CREATE TABLE u (n INT);\nCREATE INDEX u_n ON u (n); SELECT 1 / 0;',
  );
  await expect(migrate(url, { directory })).rejects.toThrow('migration 1_table failed');
  expect(await query(`SELECT to_regclass('u') AS u`)).toEqual([{ u: null }]);
});

test('an index without IF NOT EXISTS is refused, since a crash before its record would repeat it', async () => {
  await addMigration('1_table', TABLE);
  await addMigration('2_index', 'CREATE INDEX CONCURRENTLY t_n ON t (n);');
  await expect(migrate(url, { directory })).rejects.toThrow('needs IF NOT EXISTS');
});

test('what another tool has left unfinished is not run over', async () => {
  await addMigration('1_table', TABLE);
  await migrate(url, { directory });
  await addMigration('2_more', 'CREATE TABLE more ();');
  await query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('x', 'y', '2_more')`,
  );
  await expect(migrate(url, { directory })).rejects.toThrow('2_more was begun by another tool');
  await query(`UPDATE _prisma_migrations SET rolled_back_at = now() WHERE id = 'x'`);
  expect(await migrate(url, { directory })).toEqual({ applied: ['2_more'] });
});

test('the limits of the role do not end a migration that takes its time', async () => {
  await query(`ALTER DATABASE migrate_${databases} SET statement_timeout = '50ms'`);
  await addMigration('1_slow', 'SELECT pg_sleep(0.2); CREATE TABLE slow ();');
  expect(await migrate(url, { directory })).toEqual({ applied: ['1_slow'] });
});

test('a folder whose migration is missing is an error before anything is applied', async () => {
  await addMigration('1_table', TABLE);
  await mkdir(path.join(directory, '2_empty'));
  await expect(migrate(url, { directory })).rejects.toThrow('2_empty');
  expect(await query(`SELECT to_regclass('t') AS t`)).toEqual([{ t: null }]);
});

test('a copy of the real migrations is recorded as Prisma itself records them', async () => {
  await cp(MIGRATIONS, directory, { recursive: true });
  await migrate(url, { directory });
  const rows = await query(
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
