import { join } from 'node:path';
import { createDatabase } from '@orders/database/client';
import { migrate } from '@orders/database/migrate';
import { seedCatalogue } from '@orders/database/seed-catalogue';
import { cloneDatabase } from '@orders/local-services/create-database';
import { durableSettings } from '@orders/local-services/postgres-settings';
import type { Redis } from '@orders/local-services/start-redis';
import { startTestPostgres, type TestPostgres } from '@orders/local-services/start-test-postgres';
import { startTestRedis } from '@orders/local-services/start-test-redis';
import { askRedis } from './ask-redis.ts';

export const REPOSITORY = join(import.meta.dirname, '../..');

/** Products of every system's catalogue. */
const PRODUCTS = 60;
/** Units of each: enough for any scenario that is not about stock. */
const PLENTY = 1_000_000;

export interface Stores {
  readonly postgres: TestPostgres;
  readonly redis: Redis;
  /** A database of its own with all tables and a catalogue. */
  createDatabase(): Promise<string>;
  /** An empty Redis. The systems of a file come one after the other, so they may share it. */
  emptyRedis(): Promise<string>;
  close(): Promise<void>;
}

/**
 * Starts a PostgreSQL that keeps what it commits (fsync) and a Redis that writes its append-only
 * file, once for the systems of a file. Each system gets a copy of one prepared database.
 */
export async function startStores({
  redisSettings = {},
}: { readonly redisSettings?: Record<string, string> } = {}): Promise<Stores> {
  const [postgres, redis] = await Promise.all([
    startTestPostgres({ settings: { ...durableSettings, shared_buffers: '128MB' } }),
    startTestRedis({ appendonly: true, settings: redisSettings }),
  ]);
  const templateUrl = await postgres.createDatabase('template_orders');
  await migrate(templateUrl, { directory: join(REPOSITORY, 'prisma/migrations') });
  const database = createDatabase({
    url: templateUrl,
    poolSize: 1,
    applicationName: 'orders-harness',
    statementTimeoutMs: 30_000,
    connectTimeoutMs: 10_000,
  });
  try {
    await seedCatalogue(database, { count: PRODUCTS, stock: PLENTY });
  } finally {
    await database.close();
  }
  return {
    postgres,
    redis,
    createDatabase: () => cloneDatabase(templateUrl),
    emptyRedis: async () => {
      await askRedis(redis.port, 'FLUSHALL');
      return redis.url;
    },
    close: async () => {
      await Promise.all([postgres.close(), redis.close()]);
    },
  };
}
