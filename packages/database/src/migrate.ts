import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/** Held while migrating, so that of many processes that start at once one migrates. */
const MIGRATION_LOCK = 7_203_114_955;

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
 *
 * @throws when an applied migration was edited afterwards, or one failed (its error names it)
 */
export async function migrate(url: string, options: MigrateOptions): Promise<{ applied: string[] }> {
  const client = new pg.Client({ connectionString: url, application_name: 'orders-migrate' });
  await client.connect();
  try {
    await takeLock(client);
    await client.query(CREATE_RECORDS);
    const recorded = await readRecords(client);
    const applied: string[] = [];
    for (const migration of await readMigrations(options.directory)) {
      const checksum = recorded.get(migration.name);
      if (checksum === migration.checksum) continue;
      if (checksum !== undefined) {
        throw new Error(`migration ${migration.name} was edited after it had been applied`);
      }
      options.log?.(`applying migration ${migration.name}`);
      await apply(client, migration);
      applied.push(migration.name);
    }
    return { applied };
  } finally {
    await client.end();
  }
}

interface Migration {
  readonly name: string;
  readonly sql: string;
  /** Prisma's: SHA-256 of the file, hexadecimal. */
  readonly checksum: string;
}

/**
 * Polls, since a process that blocks inside pg_advisory_lock holds a snapshot for which CREATE
 * INDEX CONCURRENTLY of the lock's holder waits: a deadlock.
 */
async function takeLock(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ locked: boolean }>(
      'SELECT pg_try_advisory_lock($1) AS locked',
      [MIGRATION_LOCK],
    );
    if (rows[0]?.locked === true) return;
    await delay(100);
  }
}

async function readRecords(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ migration_name: string; checksum: string }>(
    `SELECT migration_name, checksum FROM _prisma_migrations
      WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`,
  );
  return new Map(rows.map((row) => [row.migration_name, row.checksum]));
}

async function readMigrations(directory: string): Promise<Migration[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(path.join(directory, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  const record = [randomUUID(), checksum, name];
  if (/\bCONCURRENTLY\b/i.test(sql)) {
    await client.query(sql);
    await client.query(INSERT_RECORD, record);
    return;
  }
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query(INSERT_RECORD, record);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new Error(`migration ${name} failed`, { cause: error });
  }
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

const INSERT_RECORD = `
  INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
  VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`;
