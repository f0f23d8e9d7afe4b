import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cloneDatabase, createDatabase, nameDatabase } from './create-database.ts';
import { throwAwaySettings, type PostgresSettings } from './postgres-settings.ts';
import { removeOnDeath } from './reap-on-death.ts';
import { startPostgres, type Postgres } from './start-postgres.ts';

export type TestPostgres = Postgres & {
  /** Makes an empty database, or finds it, and returns its URL. */
  createDatabase(name: string): Promise<string>;
  /** A copy of the database `template` under a name of its own; returns its URL. */
  cloneDatabase(template: string): Promise<string>;
};

/**
 * Starts an empty PostgreSQL for tests, in about a second: fast settings that a power failure would
 * not survive, a free port, a temporary folder that is gone with `close()`, or with this process.
 * Other processes clone its databases by `cloneDatabase(url)` of `create-database`.
 */
export async function startTestPostgres(
  options: { settings?: PostgresSettings; log?: (line: string) => void } = {},
): Promise<TestPostgres> {
  // As root the server runs as another user, who may not enter every temporary folder.
  const parent = process.getuid?.() === 0 ? '/var/tmp' : tmpdir();
  const dataDir = await mkdtemp(join(parent, 'orders-test-postgres-'));
  await chmod(dataDir, 0o711);
  const keep = removeOnDeath(dataDir);
  const remove = async (): Promise<void> => {
    await rm(dataDir, { recursive: true, force: true });
    keep();
  };
  try {
    const settings = { ...throwAwaySettings, ...options.settings };
    const server = await startPostgres({ ...options, dataDir, settings });
    return Object.assign(server, {
      createDatabase: async (name: string) => {
        const url = nameDatabase(server.url, name);
        await createDatabase(url);
        return url;
      },
      cloneDatabase: (template: string) => cloneDatabase(nameDatabase(server.url, template)),
      close: closeThen(server, remove),
    });
  } catch (error) {
    await remove();
    throw error;
  }
}

function closeThen(server: Postgres, after: () => Promise<void>): () => Promise<void> {
  const { close } = server;
  return async () => {
    await close();
    await after();
  };
}
