import { randomBytes } from 'node:crypto';
import { createDatabase, dropDatabase, nameDatabase } from '@orders/local-services/create-database';
import { startTestPostgres } from '@orders/local-services/start-test-postgres';
import { migrate } from '@orders/database/migrate';

/**
 * Runs work on a database that has all migrations of a folder and nothing else, and is gone
 * afterwards: on the server of DATABASE_URL, or else on a throw-away one.
 *
 * @template T
 * @param {string} directory
 * @param {(url: string) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withMigratedDatabase(directory, work) {
  const server = process.env.DATABASE_URL;
  if (server === undefined || server === '') {
    const postgres = await startTestPostgres();
    try {
      await migrate(postgres.url, { directory });
      return await work(postgres.url);
    } finally {
      await postgres.close();
    }
  }
  const url = nameDatabase(server, `orders_schema_${randomBytes(6).toString('hex')}`);
  await createDatabase(url);
  try {
    await migrate(url, { directory });
    return await work(url);
  } finally {
    await dropDatabase(url);
  }
}
