import { writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { claimFolder } from './claim-folder.ts';
import { endProcesses } from './end-processes.ts';
import { findRedis, type RedisPrograms } from './find-redis.ts';
import { choosePort } from './free-port.ts';
import { pingRedis } from './ping-redis.ts';
import { formatIdentity, readIdentity } from './identity-file.ts';
import { identifyProcess, isAlive } from './process-identity.ts';
import { startProcess, type ProcessOptions, type SupervisedProcess } from './start-process.ts';

export type RedisOptions = Pick<ProcessOptions, 'restart' | 'onStart' | 'onExit'> & {
  /** Holds the data and the log; made when missing. */
  dir: string;
  /** A free one by default. */
  port?: number;
  /** Whether writes are kept on disk (fsync each second); true by default. */
  appendonly?: boolean;
  /** Any other setting, by its name in redis.conf. */
  settings?: Record<string, string | number>;
  /** A redis-server or valkey-server to use instead of looking for one. */
  serverPath?: string;
  /** Where a fetched Redis is kept; `.local/redis-dist` of this project by default. */
  distDir?: string;
  /** The environment in which programs are looked for; that of this process by default. */
  env?: NodeJS.ProcessEnv;
  /** `redis.log` in `dir` by default. */
  logFile?: string;
  log?: (line: string) => void;
};

export type Redis = {
  url: string;
  port: number;
  readonly pid: number | null;
  /** A command line for redis-cli on this server: `$cli flushall` works as pasted. */
  cli: string;
  /** Its supervision: `kill()`, `signal()`, `restarts`, `ready`. */
  process: SupervisedProcess;
  /** Stops it with its data on disk (SIGTERM), SIGKILL after 10 s. */
  close(): Promise<void>;
};

const projectDist = fileURLToPath(new URL('../../../.local/redis-dist', import.meta.url));

/**
 * Starts a real Redis (or Valkey) on 127.0.0.1 with the data of the last start in this folder, and
 * with `noeviction`, which a queue needs. Finds or fetches the program, see `findRedis`. It never
 * outlives this process. Rejects with one line saying what to do when there is no Redis, the port
 * is taken or the folder in use.
 */
export async function startRedis(options: RedisOptions): Promise<Redis> {
  const folder = resolve(options.dir);
  const { log = () => {} } = options;
  const distDir = resolve(options.distDir ?? projectDist);
  await mkdir(folder, { recursive: true });
  const claim = await claimFolder(folder);
  if (claim.kind === 'taken') {
    throw new Error(`${folder} is in use by process ${claim.pid}: stop that start first`);
  }
  try {
    const programs = await findRedis({ ...options, distDir, log });
    await endLeftBehind(folder, log);
    const port = await choosePort(options.port, 'Redis');
    const server = startServer(options, folder, programs, port);
    try {
      await server.ready;
    } catch (error) {
      await server.close();
      throw error;
    }
    return {
      url: `redis://127.0.0.1:${port}`,
      port,
      cli: describeCli(programs, port),
      process: server,
      get pid() {
        return server.pid;
      },
      close: async () => {
        await server.close();
        await rm(join(folder, pidFile), { force: true });
        await claim.release();
      },
    };
  } catch (error) {
    await claim.release();
    throw error;
  }
}

/** Names the running server, so that the next start can end one that was left behind. */
const pidFile = 'redis.pid';

function startServer(
  { restart, onStart, onExit, appendonly = true, settings, logFile }: RedisOptions,
  folder: string,
  { server, libraryPath }: RedisPrograms,
  port: number,
): SupervisedProcess {
  const config = {
    port,
    bind: '127.0.0.1',
    'protected-mode': 'yes',
    daemonize: 'no',
    appendonly: appendonly ? 'yes' : 'no',
    appendfsync: 'everysec',
    // Snapshots would only repeat what the append-only file has.
    save: '',
    'maxmemory-policy': 'noeviction',
    ...settings,
  };
  return startProcess({
    ...(restart && { restart }),
    ...(onExit && { onExit }),
    onStart: (started) => {
      const identity = identifyProcess(started.pid);
      if (identity !== null) writeFileSync(join(folder, pidFile), formatIdentity(identity));
      onStart?.(started);
    },
    name: 'redis',
    command: server,
    args: Object.entries(config).flatMap(([name, value]) => [`--${name}`, String(value)]),
    // It keeps its data where it works; as an argument, older ones would split a path at its blanks.
    cwd: folder,
    env: libraryPath === null ? {} : { LD_LIBRARY_PATH: libraryPath },
    logFile: logFile ?? join(folder, 'redis.log'),
    isReady: () => pingRedis(port),
    // Loading a long append-only file takes its time.
    readyTimeoutMs: 60_000,
    stage: 'store',
  });
}

/** Redis would not notice that another one writes to its files. Only called with the folder claimed. */
async function endLeftBehind(folder: string, log: (line: string) => void): Promise<void> {
  const left = await readIdentity(join(folder, pidFile));
  if (left === null || !isAlive(left)) return;
  log(`stopping the Redis that an earlier start left behind (pid ${left.pid})`);
  await endProcesses([{ ...left, stopSignal: 'SIGTERM' }], 8000);
}

function describeCli({ cli, libraryPath }: RedisPrograms, port: number): string {
  const words = [cli, '-p', String(port)];
  if (libraryPath !== null) words.unshift('env', `LD_LIBRARY_PATH=${libraryPath}`);
  return words.map(quote).join(' ');
}

/** Only where needed: quotes do not survive the expansion of `$cli`. */
const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
