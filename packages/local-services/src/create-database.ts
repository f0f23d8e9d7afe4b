import { randomBytes } from 'node:crypto';
import pg from 'pg';

/**
 * Makes the database that `url` names, unless there is one. Safe when several do so at once.
 * Connects to the database `postgres` of the same server for it.
 */
export async function createDatabase(url: string): Promise<void> {
  await onServer(url, async (client) => {
    const name = readDatabaseName(url);
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount !== 0) return;
    await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`).catch(ignoreExisting);
  });
}

/**
 * Copies the database that `templateUrl` names, rows and all, and returns the URL of the copy, whose
 * name is unique unless given. Several may copy one template at once; nobody may be connected to it
 * (PostgreSQL waits 5 s for the last to go, then refuses with 55006).
 */
export async function cloneDatabase(templateUrl: string, name = uniqueName()): Promise<string> {
  await onServer(templateUrl, async (client) => {
    const [copy, template] = [name, readDatabaseName(templateUrl)].map((each) =>
      pg.escapeIdentifier(each),
    );
    await client.query(`CREATE DATABASE ${copy} TEMPLATE ${template}`);
  });
  return nameDatabase(templateUrl, name);
}

/** Drops the database that `url` names, whoever is connected to it; nothing when there is none. */
export async function dropDatabase(url: string): Promise<void> {
  await onServer(url, async (client) => {
    const name = pg.escapeIdentifier(readDatabaseName(url));
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  });
}

/** The same server and role, another database. */
export function nameDatabase(url: string, name: string): string {
  const named = new URL(url);
  named.pathname = `/${encodeURIComponent(name)}`;
  return named.href;
}

const uniqueName = (): string => `orders_${randomBytes(8).toString('hex')}`;

const readDatabaseName = (url: string): string =>
  decodeURIComponent(new URL(url).pathname.slice(1)) || 'postgres';

async function onServer(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const connectionString = nameDatabase(url, 'postgres');
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 });
  // A connection that breaks also fails its query, which is where it is heard of.
  client.on('error', () => {});
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/** 42P04 duplicate_database; 23505 when both inserted into pg_database at the same moment. */
function ignoreExisting(error: unknown): void {
  const code = error instanceof pg.DatabaseError ? error.code : undefined;
  if (code !== '42P04' && code !== '23505') throw error;
}
