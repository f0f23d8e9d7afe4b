import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTestPostgres, type TestPostgres } from '@orders/local-services/start-test-postgres';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';

/** An empty database and an empty folder of migrations, new ones for each test of the file. */
export interface MigrationSetting {
  url: string;
  databaseName: string;
  directory: string;
  addMigration(name: string, sql: string): Promise<void>;
  query(text: string): Promise<pg.QueryResultRow[]>;
  /** Names in the order in which they were applied. */
  readRecorded(): Promise<unknown[]>;
}

/** Registers the hooks of a file whose tests migrate. */
export function useMigrationSetting(): MigrationSetting {
  let postgres: TestPostgres | undefined;
  let databases = 0;
  const setting: MigrationSetting = {
    url: '',
    databaseName: '',
    directory: '',
    async addMigration(name, sql) {
      await mkdir(path.join(setting.directory, name), { recursive: true });
      await writeFile(path.join(setting.directory, name, 'migration.sql'), sql);
    },
    async query(text) {
      const client = new pg.Client({ connectionString: setting.url });
      await client.connect();
      try {
        return (await client.query<pg.QueryResultRow>(text)).rows;
      } finally {
        await client.end();
      }
    },
    async readRecorded() {
      const rows = await setting.query(
        'SELECT migration_name FROM _prisma_migrations ORDER BY started_at',
      );
      return rows.map((row) => row['migration_name']);
    },
  };
  beforeAll(async () => {
    postgres = await startTestPostgres();
  });
  afterAll(() => postgres?.close());
  beforeEach(async () => {
    setting.databaseName = `migrate_${(databases += 1)}`;
    setting.url = (await postgres?.createDatabase(setting.databaseName)) ?? '';
    setting.directory = await mkdtemp(path.join(tmpdir(), 'orders-migrations-'));
  });
  afterEach(() => rm(setting.directory, { recursive: true }));
  return setting;
}

export const TABLE = 'CREATE TABLE t (n INT);\nINSERT INTO t SELECT generate_series(1, 1000);\n';
