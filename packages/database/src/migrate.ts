import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { applyMigration } from './migrations/apply-migration.ts';
import { hasChecksum, readMigrations } from './migrations/read-migrations.ts';

/**
 * Held while migrating, so that of many processes that start at once one migrates. The same number
 * as Prisma's, whose tools then take turns with us.
 */
const MIGRATION_LOCK = 72_707_369;

export interface MigrateOptions {
  /** Prisma's folder of migrations: one folder each, with a `migration.sql`. */
  readonly directory: string;
  readonly log?: (line: string) => void;
}

/**
 * Brings the schema up to date. Safe to call from many processes at once, and again at any time.
 *
 * Migrations are plain SQL in Prisma's layout, recorded in Prisma's own `_prisma_migrations` with
 * Prisma's checksums, so that Prisma's tools agree with it; they are applied here since Prisma's
 * CLI needs an engine that it downloads. Each file runs as one transaction with its record, unless
 * it contains `CONCURRENTLY`, which PostgreSQL refuses there: then it must be its only statement.
 * Recorded migrations without a file are left alone: a newer version has been here.
 *
 * @throws when an applied migration was edited afterwards, or one failed (its error names it); what
 *   came before it stays applied, of itself nothing is left
 */
export async function migrate(
  url: string,
  options: MigrateOptions,
): Promise<{ applied: string[] }> {
  const { directory, log = () => {} } = options;
  const migrations = await readMigrations(directory);
  const client = new pg.Client({
    connectionString: url,
    application_name: 'orders-migrate',
    // A role's own limits are made for requests, not for rewriting a table.
    options: '-c statement_timeout=0 -c lock_timeout=0',
  });
  // A connection that breaks while nothing runs; the next statement says so, too.
  client.on('error', () => {});
  await client.connect();
  try {
    await takeLock(client, log);
    await client.query(CREATE_RECORDS);
    const recorded = await readRecords(client);
    const applied: string[] = [];
    for (const migration of migrations) {
      const record = recorded.get(migration.name);
      if (record === undefined) {
        log(`applying migration ${migration.name}`);
        await applyMigration(client, migration);
        applied.push(migration.name);
      } else if (!record.finished) {
        throw new Error(
          `migration ${migration.name} was begun by another tool and did not finish: repair what it left behind, then mark it with "prisma migrate resolve"`,
        );
      } else if (!hasChecksum(migration, record.checksum)) {
        throw new Error(
          `migration ${migration.name} was edited after it had been applied: undo the edit, and make the change in a new migration`,
        );
      }
    }
    return { applied };
  } finally {
    // Also gives the lock back.
    await client.end();
  }
}

/**
 * Polls, since a process that blocks inside pg_advisory_lock holds a snapshot for which CREATE
 * INDEX CONCURRENTLY of the lock's holder waits: a deadlock.
 */
async function takeLock(client: pg.Client, log: (line: string) => void): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const { rows } = await client.query<{ locked: boolean }>(
      'SELECT pg_try_advisory_lock($1) AS locked',
      [MIGRATION_LOCK],
    );
    if (rows[0]?.locked === true) return;
    if (tries === 20) log('another process is migrating; waiting for it to end');
    await delay(100);
  }
}

interface MigrationRecord {
  readonly checksum: string;
  readonly finished: boolean;
}

async function readRecords(client: pg.Client): Promise<Map<string, MigrationRecord>> {
  const { rows } = await client.query<MigrationRecord & { migration_name: string }>(
    `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished
       FROM _prisma_migrations
      WHERE rolled_back_at IS NULL
      ORDER BY started_at`,
  );
  return new Map(rows.map((row) => [row.migration_name, row]));
}

const CREATE_RECORDS = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum VARCHAR(64) NOT NULL,
    finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL,
    logs TEXT,
    rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`;
