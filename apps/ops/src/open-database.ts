import { createDatabase, type Database } from '@orders/database/client';
import { sqlState } from '@orders/database/sql-state';
import { unreachable } from './cli/command-error.ts';
import { need, type Target } from './target.ts';

/** Reads over whole tables take their time; nobody waits for them but the operator. */
const STATEMENT_TIMEOUT_MS = 600_000;

/** Gives the work a database that answers, and closes it afterwards; exit 3 when it does not. */
export async function withDatabase<T>(
  target: Target,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const url = need(target.databaseUrl, 'DATABASE_URL');
  const database = createDatabase({
    url,
    poolSize: 3,
    applicationName: 'orders-ops',
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    connectTimeoutMs: 5_000,
  });
  try {
    await reachDatabase(database, url);
    return await work(database);
  } finally {
    await database.close();
  }
}

/**
 * Makes sure that a database answers.
 * @throws CommandError (exit 3) with one line that says what is wrong, without the password
 */
export async function reachDatabase(database: Database, url: string): Promise<void> {
  try {
    await database.ping();
  } catch (error) {
    throw unreachable(describeTrouble(hostOf(url), sqlState(error)), error);
  }
}

/** SQLSTATE class 28: invalid authorization; 3D000: there is no such database. */
function describeTrouble(host: string, state: string | null): string {
  if (state?.startsWith('28') === true) {
    return `PostgreSQL at ${host} refuses the user or the password: check DATABASE_URL`;
  }
  if (state === '3D000') return `PostgreSQL at ${host} has no such database: check DATABASE_URL`;
  return `PostgreSQL at ${host} cannot be reached`;
}

/** Host and port of a URL, without what else may stand in it. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'an unreadable URL';
}
