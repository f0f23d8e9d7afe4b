import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { migrate } from '@orders/database/migrate';
import { createDatabase, dropDatabase, nameDatabase } from '@orders/local-services/create-database';
import { removeOnDeath } from '@orders/local-services/reap-on-death';
import { startPostgres, type Postgres } from '@orders/local-services/start-postgres';
import { startRedis, type Redis } from '@orders/local-services/start-redis';
import { projectFolder } from '../project-folder.ts';
import { onDatabase } from './on-database.ts';
import { openSite, type Site } from './open-site.ts';
import { seedCatalogue } from './seed-catalogue.ts';
import { seedCompleted } from './seed-completed.ts';

/** The servers all contenders are measured on, one after the other. */
export interface Stage {
  readonly postgresPid: number;
  readonly redisPid: number;
  /**
   * Everything fresh: a database with the catalogue and `existing` completed orders (none without
   * it), an empty Redis, a new payment provider.
   */
  openSite(options: SiteRequest): Promise<Site>;
  close(): Promise<void>;
}

export interface SiteRequest {
  readonly name: string;
  readonly existing?: number;
}

export interface StageOptions {
  readonly log: (line: string) => void;
  /** Passed to node before the script of every program that is measured. */
  readonly nodeOptions?: readonly string[];
}

/**
 * Starts PostgreSQL and Redis as a production would have them: fsync, synchronous commit, append-only
 * file. Their data is gone with `close()`, or with this process.
 */
export async function startStage({ log, nodeOptions = [] }: StageOptions): Promise<Stage> {
  const local = join(projectFolder, '.local');
  await mkdir(local, { recursive: true });
  const folder = await mkdtemp(join(local, 'bench-'));
  const keep = removeOnDeath(folder);
  const { postgres, redis } = await startServers(folder, log);
  // Not in `folder` when the server's user may not enter that.
  const postgresFolder = dirname(postgres.dataDir);
  const keepPostgres = removeOnDeath(postgresFolder);
  const templates = createTemplates(postgres.url, log);

  return {
    postgresPid: postgres.pid ?? 0,
    redisPid: redis.pid ?? 0,
    openSite: async ({ name, existing = 0 }) => {
      const databaseUrl = nameDatabase(postgres.url, `bench_${templates.nextNumber()}`);
      await copyDatabase(await templates.find(existing), databaseUrl);
      return openSite({
        name,
        databaseUrl,
        redisUrl: redis.url,
        folder,
        nodeOptions,
        close: () => dropDatabase(databaseUrl),
      });
    },
    close: async () => {
      await Promise.all([postgres.close(), redis.close()]);
      await rm(postgresFolder, { recursive: true, force: true });
      keepPostgres();
      await rm(folder, { recursive: true, force: true });
      keep();
    },
  };
}

async function startServers(
  folder: string,
  log: (line: string) => void,
): Promise<{ postgres: Postgres; redis: Redis }> {
  const postgres = await startPostgres({
    dataDir: join(folder, 'postgres'),
    // Tells when an order was really completed: at its COMMIT, not at its statement.
    settings: { track_commit_timestamp: true },
    log,
  });
  const redis = await startRedis({ dir: join(folder, 'redis'), log });
  return { postgres, redis };
}

/** Databases that sites are copied from, each made when it is first asked for. */
function createTemplates(serverUrl: string, log: (line: string) => void) {
  const made = new Map<number, string>();
  let number = 0;
  return {
    nextNumber: () => (number += 1),
    find: async (existing: number): Promise<string> => {
      const known = made.get(existing);
      if (known !== undefined) return known;
      const url = nameDatabase(serverUrl, `bench_template_${existing}`);
      await createDatabase(url);
      await migrate(url, { directory: join(projectFolder, 'prisma', 'migrations') });
      await seedCatalogue(url);
      if (existing > 0) await seedCompleted(url, existing, log);
      made.set(existing, url);
      return url;
    },
  };
}

/**
 * Copies by files, which a checkpoint precedes and follows: what earlier runs wrote is on disk before
 * the next one is measured, and a large template costs seconds instead of its size in WAL.
 */
async function copyDatabase(templateUrl: string, url: string): Promise<void> {
  const [template, name] = [templateUrl, url].map((each) => new URL(each).pathname.slice(1));
  await onDatabase(nameDatabase(url, 'postgres'), (client) =>
    client.query(`CREATE DATABASE "${name}" TEMPLATE "${template}" STRATEGY file_copy`),
  );
}
