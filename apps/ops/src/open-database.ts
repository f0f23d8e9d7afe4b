import { createDatabase, type Database } from '@orders/database/client';
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
    await database.ping().catch((error: unknown) => {
      throw unreachable(`PostgreSQL at ${hostOf(url)} cannot be reached`, error);
    });
    return await work(database);
  } finally {
    await database.close();
  }
}

/** Host and port of a URL, without what else may stand in it. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'an unreadable URL';
}
