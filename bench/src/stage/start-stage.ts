import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { cloneDatabase, createDatabase, dropDatabase, nameDatabase } from '@orders/local-services/create-database';
import { removeOnDeath } from '@orders/local-services/reap-on-death';
import { startPostgres } from '@orders/local-services/start-postgres';
import { startRedis } from '@orders/local-services/start-redis';
import { migrate } from '@orders/database/migrate';
import { onDatabase } from './on-database.ts';
import { seedCatalogue } from './seed-catalogue.ts';
import { seedCompleted } from './seed-completed.ts';
import { projectFolder } from '../project-folder.ts';
import { openSite, type Site } from './open-site.ts';

/** The servers all contenders are measured on, one after the other. */
export interface Stage {
  readonly postgresPid: number;
  readonly redisPid: number;
  /** Everything fresh: a copy of the migrated database with its catalogue, empty Redis, a new provider. */
  openSite(name: string): Promise<Site>;
  /** Likewise, on the database that this makes once and keeps, with so many completed orders in it. */
  openFullSite(name: string, completedOrders: number): Promise<Site>;
  close(): Promise<void>;
}

/**
 * Starts PostgreSQL and Redis as a production would have them: fsync, synchronous commit, append-only
 * file. Their data is gone with `close()`, or with this process.
 */
export async function startStage(log: (line: string) => void): Promise<Stage> {
  const local = join(projectFolder, '.local');
  await mkdir(local, { recursive: true });
  const folder = await mkdtemp(join(local, 'bench-'));
  const keep = removeOnDeath(folder);
  const remove = async (): Promise<void> => {
    await rm(folder, { recursive: true, force: true });
    keep();
  };
  // PostgreSQL may have been moved out of a folder that its user cannot enter: it says so.
  const postgres = await startPostgres({
    dataDir: join(folder, 'postgres'),
    settings: { track_commit_timestamp: true },
    log,
  });
  const redis = await startRedis({ dir: join(folder, 'redis'), log });
  const template = await createTemplate(postgres.url);
  const full = new Map<number, Promise<string>>();

  const settle = (): Promise<unknown> =>
    onDatabase(nameDatabase(postgres.url, 'postgres'), (client) => client.query('CHECKPOINT'));
  const open = async (name: string, databaseUrl: string, close: () => Promise<void>) => {
    // What earlier runs wrote is on disk before the next one is measured.
    await settle();
    return openSite({ name, databaseUrl, redisUrl: redis.url, folder, close });
  };

  return {
    postgresPid: postgres.pid ?? 0,
    redisPid: redis.pid ?? 0,
    openSite: async (name) => {
      const databaseUrl = await cloneDatabase(template);
      return open(name, databaseUrl, () => dropDatabase(databaseUrl));
    },
    openFullSite: async (name, completedOrders) => {
      const made = full.get(completedOrders) ?? createFull(template, completedOrders, log);
      full.set(completedOrders, made);
      return open(name, await made, () => Promise.resolve());
    },
    close: async () => {
      await Promise.all([postgres.close(), redis.close()]);
      await remove();
    },
  };
}

async function createTemplate(serverUrl: string): Promise<string> {
  const url = nameDatabase(serverUrl, 'bench_template');
  await createDatabase(url);
  await migrate(url, { directory: join(projectFolder, 'prisma', 'migrations') });
  await seedCatalogue(url);
  return url;
}

async function createFull(
  template: string,
  completedOrders: number,
  log: (line: string) => void,
): Promise<string> {
  const url = await cloneDatabase(template);
  await seedCompleted(url, completedOrders, log);
  return url;
}
