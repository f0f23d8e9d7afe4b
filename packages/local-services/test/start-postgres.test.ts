import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import {
  startPostgres,
  type Postgres,
  type PostgresOptions,
} from '@orders/local-services/start-postgres';
import { waitUntil } from '@orders/local-services/wait-until';
import { makeFolder } from './make-folder.ts';
import { makeServerFolder } from './make-server-folder.ts';
import { query } from './query.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Where nothing is said about durability: initdb does not sync, either. */
const quick = { fsync: false };

async function start(
  dataDir: string,
  options: Partial<PostgresOptions> = {},
): ReturnType<typeof startPostgres> {
  const postgres = await startPostgres({ dataDir, settings: quick, ...options });
  onTestFinished(() => postgres.close());
  return postgres;
}

/** One with the settings that everybody gets. */
let shared: Postgres;
let sharedFolder: string;
beforeAll(async () => {
  const parent = process.getuid?.() === 0 ? '/var/tmp' : tmpdir();
  sharedFolder = await mkdtemp(join(parent, 'local-services-'));
  await chmod(sharedFolder, 0o711);
  shared = await startPostgres({ dataDir: sharedFolder });
});
afterAll(async () => {
  await shared.close();
  await rm(sharedFolder, { recursive: true, force: true });
});

test('rows survive a stop and a start', async () => {
  const folder = await makeServerFolder();
  const first = await start(folder, { settings: {} });
  await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await first.close();
  const second = await start(folder, { settings: {} });
  expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
});

test('rows survive SIGKILL of the server, which is started again on the same port', async () => {
  const postgres = await start(await makeServerFolder(), { restart: { delayMs: 50 } });
  await query(postgres.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  const firstPid = postgres.pid;
  postgres.process.kill();
  await waitUntil(() => postgres.process.restarts > 0, { what: 'a restart', timeoutMs: 5000 });
  const rows = await waitUntil(() => query(postgres.url, 'SELECT answer FROM kept'), {
    what: 'the rows',
    timeoutMs: 30_000,
  });
  expect(rows).toEqual([{ answer: 42 }]);
  expect(postgres.pid).not.toBe(firstPid);
});

test('it is durable, UTF-8 in C order, and reachable by password on loopback only', async () => {
  const { url, dataDir } = shared;
  const names = `fsync synchronous_commit full_page_writes listen_addresses unix_socket_directories
    max_connections max_locks_per_transaction shared_buffers server_encoding password_encryption`;
  const rows = await query(
    url,
    `SELECT name, setting FROM pg_settings WHERE name = ANY('{${names.split(/\s+/).join()}}')`,
  );
  expect(Object.fromEntries(rows.map((row) => [row['name'], row['setting']]))).toEqual({
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    max_locks_per_transaction: '256',
    shared_buffers: '32768',
    server_encoding: 'UTF8',
    password_encryption: 'scram-sha-256',
  });
  expect(await query(url, "SELECT 'B' < 'a' AS c_order")).toEqual([{ c_order: true }]);
  const wrong = new URL(url);
  wrong.password = 'postgres';
  await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
});

test('the password is in a file that only its owner may read', async () => {
  const file = join(sharedFolder, 'password');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, 'utf8')).toBe(new URL(shared.url).password);
});

test('a taken port is reported in one line', async () => {
  const dataDir = await makeServerFolder();
  await expect(startPostgres({ dataDir, port: shared.port, settings: quick })).rejects.toThrow(
    `PostgreSQL: port ${shared.port} on 127.0.0.1 is taken by another program`,
  );
});

test('a folder in use is refused at once, and is not harmed', async () => {
  await expect(startPostgres({ dataDir: sharedFolder })).rejects.toThrow(
    `${sharedFolder} is in use by process ${process.pid}`,
  );
  expect(await query(shared.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('a cluster of another major version is refused in one line', async () => {
  const folder = await makeServerFolder();
  const { dataDir, close } = await start(folder);
  await close();
  await writeFile(join(dataDir, 'PG_VERSION'), '14\n');
  await expect(startPostgres({ dataDir: folder })).rejects.toThrow(
    /data was made by PostgreSQL 14, but this is PostgreSQL 18: remove .* or set DATABASE_URL/,
  );
});

test.for([
  ['a process that is gone', 2 ** 22 - 1],
  ['another program that got its number', process.ppid],
] as const)('a postmaster.pid of %s does not hinder a start', async ([, pid]) => {
  const folder = await makeServerFolder();
  const { dataDir, close } = await start(folder);
  const file = join(dataDir, 'postmaster.pid');
  const [, ...rest] = (await readFile(file, 'utf8')).split('\n');
  await close();
  await writeFile(file, [pid, ...rest].join('\n'));
  const again = await start(folder);
  expect(await query(again.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('programs that do not run are reported with the way out', async () => {
  const binariesDir = await makeFolder();
  await expect(startPostgres({ dataDir: await makeServerFolder(), binariesDir })).rejects.toThrow(
    /PostgreSQL's programs in .* do not run \(not found\): set DATABASE_URL/,
  );
});
