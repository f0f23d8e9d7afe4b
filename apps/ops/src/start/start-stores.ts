import { join } from 'node:path';
import { startPostgres } from '@orders/local-services/start-postgres';
import { startRedis } from '@orders/local-services/start-redis';
import type { OpsConfig } from '../config.ts';

/** PostgreSQL or Redis as a part of the stack: started here, or somewhere else and only used. */
export interface Store {
  readonly url: string;
  /** A command line by which to talk to it. */
  readonly cli: string;
  /** Null when it is not ours to start and stop. */
  readonly process: { readonly name: string; readonly log: string; pid(): number | null } | null;
  close(): Promise<void>;
}

export interface StoreHooks {
  readonly note: (line: string) => void;
  readonly onRestart: () => void;
}

/** After this the store is killed; both recover what they promised from their own logs. */
const GRACE_MS = { postgres: 3_000, redis: 2_000 };
const RESTART = { delayMs: 1_000 };

/** The PostgreSQL of DATABASE_URL, or one of our own with its data under `.local/`. */
export async function openPostgres(config: OpsConfig, hooks: StoreHooks): Promise<Store> {
  if (config.DATABASE_URL !== undefined) return openForeign(config.DATABASE_URL, 'psql');
  const log = join(config.LOCAL_FOLDER, 'logs/postgres.log');
  const server = await startPostgres({
    dataDir: join(config.LOCAL_FOLDER, 'postgres'),
    logFile: log,
    restart: RESTART,
    log: hooks.note,
    ...followRestarts('PostgreSQL', hooks),
  });
  return {
    url: server.url,
    cli: `psql ${server.url}`,
    process: { name: 'postgres', log, pid: () => server.pid },
    close: async () => {
      await server.process.close({ graceMs: GRACE_MS.postgres });
      await server.close();
    },
  };
}

/** The Redis of REDIS_URL, or one of our own with its data under `.local/`. */
export async function openRedis(config: OpsConfig, hooks: StoreHooks): Promise<Store> {
  if (config.REDIS_URL !== undefined) return openForeign(config.REDIS_URL, 'redis-cli -u');
  const log = join(config.LOCAL_FOLDER, 'logs/redis.log');
  const server = await startRedis({
    dir: join(config.LOCAL_FOLDER, 'redis'),
    logFile: log,
    restart: RESTART,
    log: hooks.note,
    ...followRestarts('Redis', hooks),
  });
  return {
    url: server.url,
    cli: server.cli,
    process: { name: 'redis', log, pid: () => server.pid },
    close: async () => {
      await server.process.close({ graceMs: GRACE_MS.redis });
      await server.close();
    },
  };
}

function openForeign(url: string, client: string): Store {
  return { url, cli: `${client} ${url}`, process: null, close: () => Promise.resolve() };
}

function followRestarts(name: string, { note, onRestart }: StoreHooks) {
  return {
    onStart: ({ pid, restarts }: { pid: number; restarts: number }): void => {
      if (restarts === 0) return;
      note(`${name} was started again (pid ${pid})`);
      onRestart();
    },
  };
}
