import { chown, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { removeOnDeath } from './reap-on-death.ts';
import { describeFailure, runCommand } from './run-command.ts';
import type { ServerAccount } from './server-account.ts';

export type ClusterOptions = {
  binaries: PostgresBinaries;
  account: ServerAccount | null;
  /** Of the superuser `postgres`. */
  password: string;
  /** False saves a second where the data need not survive a power failure. */
  isDurable: boolean;
  log: (line: string) => void;
};

/**
 * Makes a database cluster in `place/data` unless there is one: UTF-8, C collation (the same order
 * on every machine), passwords by SCRAM. It is made aside and renamed when complete, so one whose
 * making was interrupted is never started. Throws one line when the cluster found there was made
 * by another major version.
 */
export async function createCluster(place: string, options: ClusterOptions): Promise<string> {
  const data = join(place, 'data');
  const found = await readMajorVersion(data);
  const { major } = options.binaries;
  if (found === major) return data;
  if (found !== null) {
    throw new Error(
      `${data} was made by PostgreSQL ${found}, but this is PostgreSQL ${major}: remove ${place} to start afresh, or set DATABASE_URL to a PostgreSQL ${found}`,
    );
  }
  options.log(`creating a database cluster in ${data}`);
  const aside = await mkdtemp(join(place, 'initdb-'));
  const keep = removeOnDeath(aside);
  try {
    await makeCluster(aside, options);
    await rename(join(aside, 'data'), data);
    return data;
  } finally {
    await rm(aside, { recursive: true, force: true });
    keep();
  }
}

async function makeCluster(
  aside: string,
  { binaries, account, password, isDurable }: ClusterOptions,
): Promise<void> {
  const passwordFile = join(aside, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account !== null) {
    for (const path of [aside, passwordFile]) await chown(path, account.uid, account.gid);
  }
  const args = [
    `--pgdata=${join(aside, 'data')}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-instructions',
    ...(isDurable ? [] : ['--no-sync']),
  ];
  const user = account && { uid: account.uid, gid: account.gid };
  const result = await runCommand(binaries.initdb, args, {
    ...user,
    cwd: '/',
    // initdb asks the shell where its own programs are.
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
  });
  if (result.kind === 'ended' && result.code === 0) return;
  throw new Error(`PostgreSQL's initdb failed: ${describeFailure(result)}`);
}

async function readMajorVersion(data: string): Promise<number | null> {
  try {
    return Number.parseInt(await readFile(join(data, 'PG_VERSION'), 'utf8'), 10);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    const message = `${data} cannot be read: start as the user who made it, or remove it to start afresh`;
    throw new Error(message, { cause: error });
  }
}
