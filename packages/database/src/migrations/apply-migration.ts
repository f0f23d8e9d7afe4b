import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Migration } from './read-migrations.ts';

/**
 * Applies one migration and records it: both or neither, in one transaction. A migration with
 * `CONCURRENTLY` cannot have that, so it must bear repetition: it says IF NOT EXISTS, and what a
 * crash left of it, an invalid index, is removed before it runs again.
 *
 * @throws an error that names the migration
 */
export async function applyMigration(client: pg.Client, migration: Migration): Promise<void> {
  try {
    if (isConcurrent(migration.sql)) await applyAlone(client, migration);
    else await applyInTransaction(client, migration);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`migration ${migration.name} failed: ${message}`, { cause: error });
  }
}

async function applyInTransaction(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(migration.sql);
    await record(client, migration);
    await client.query('COMMIT');
  } catch (error) {
    // On a broken connection the server rolls back by itself; the first error is the one to tell.
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

async function applyAlone(client: pg.Client, migration: Migration): Promise<void> {
  const sql = withoutComments(migration.sql);
  if (/\bINDEX\s+CONCURRENTLY\s+(?!IF\b)/i.test(sql)) {
    throw new Error('an index made or dropped CONCURRENTLY needs IF NOT EXISTS or IF EXISTS');
  }
  await dropInvalidIndexes(client, sql);
  try {
    await client.query(migration.sql);
  } catch (error) {
    await dropInvalidIndexes(client, sql).catch(() => {});
    throw error;
  }
  await record(client, migration);
}

/** Drops the indexes that a statement names and that an earlier run of it left unfinished. */
async function dropInvalidIndexes(client: pg.Client, sql: string): Promise<void> {
  const { rows } = await client.query<{ relname: string; identifier: string }>(
    `SELECT c.relname, format('%I.%I', n.nspname, c.relname) AS identifier
       FROM pg_index i
       JOIN pg_class c ON c.oid = i.indexrelid
       JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE NOT i.indisvalid`,
  );
  const words = new Set(sql.match(/[\w$]+/g));
  for (const { relname, identifier } of rows) {
    if (words.has(relname)) await client.query(`DROP INDEX CONCURRENTLY IF EXISTS ${identifier}`);
  }
}

function isConcurrent(sql: string): boolean {
  return /\bCONCURRENTLY\b/i.test(withoutComments(sql));
}

function withoutComments(sql: string): string {
  return sql.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ');
}

/** As Prisma's own engine writes it: one step, no logs. */
async function record(client: pg.Client, { name, checksum }: Migration): Promise<void> {
  await client.query(
    `INSERT INTO _prisma_migrations
            (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
     VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
    [randomUUID(), checksum, name],
  );
}
