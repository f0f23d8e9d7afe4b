import path from 'node:path';
import { createDatabase, type Database } from '@orders/database/client';
import { migrate } from '@orders/database/migrate';
import { startTestPostgres } from '@orders/local-services/start-test-postgres';
import pg from 'pg';

export const MIGRATIONS = path.resolve(import.meta.dirname, '../../../prisma/migrations');

export interface TestDatabase extends Database {
  readonly url: string;
  /** Runs SQL beside the pool, for looking at tables and bringing about situations. */
  sql<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Another pool on the same database, as another process would have; closed with this one. */
  connect(): Database;
}

/** A PostgreSQL of this file's own with all tables and nothing in them. */
export async function startDatabase({ poolSize = 10 } = {}): Promise<TestDatabase> {
  const postgres = await startTestPostgres();
  await migrate(postgres.url, { directory: MIGRATIONS });
  const connect = (): Database =>
    createDatabase({
      url: postgres.url,
      poolSize,
      applicationName: 'test',
      // These tests share their cores with others: what is slow is not yet wrong.
      statementTimeoutMs: 20_000,
      connectTimeoutMs: 20_000,
    });
  const databases = [connect()];
  const [database] = databases;
  if (database === undefined) throw new Error('no pool');
  const side = new pg.Pool({ connectionString: postgres.url, max: 4 });
  // A server that is killed by a test also ends these.
  side.on('error', () => {});
  return {
    ...database,
    url: postgres.url,
    async sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) {
      return (await side.query<Row>(text, values)).rows;
    },
    connect() {
      const another = connect();
      databases.push(another);
      return another;
    },
    async close() {
      await Promise.all(databases.map((each) => each.close()));
      await side.end();
      await postgres.close();
    },
  };
}
