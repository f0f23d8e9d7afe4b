import { createDatabase, type Database } from '@orders/database/client';
import { readAvailable } from '@orders/database/inventory/read-available';
import { migrate } from '@orders/database/migrate';
import { seedCatalogue } from '@orders/database/seed-catalogue';
import { refusal } from '../cli/command-error.ts';
import type { OpsConfig } from '../config.ts';
import { reachDatabase } from '../open-database.ts';

/** A pool for the time of some preparation that may take longer than a service would wait. */
export async function withDatabaseAt<T>(
  url: string,
  body: (database: Database) => Promise<T>,
): Promise<T> {
  const database = createDatabase({
    url,
    poolSize: 2,
    applicationName: 'orders-start',
    statementTimeoutMs: 60_000,
    connectTimeoutMs: 5_000,
  });
  try {
    return await body(database);
  } finally {
    await database.close();
  }
}

/**
 * Brings schema and catalogue up to date, whatever is there already.
 * @returns the SKU of a product that can be ordered now
 */
export function prepareDatabase(
  config: OpsConfig,
  url: string,
  note: (line: string) => void,
): Promise<string> {
  return withDatabaseAt(url, async (database) => {
    await reachDatabase(database, url);
    const { applied } = await migrate(url, { directory: config.MIGRATIONS_FOLDER });
    if (applied.length > 0) note(`applied ${applied.length} migration(s)`);
    const { products: count } = await seedCatalogue(database);
    const products = await readAvailable(database.prisma, count);
    const product = products.find(({ available }) => available > 0n) ?? products[0];
    if (product === undefined) throw refusal('the catalogue is empty after seeding it');
    return product.sku;
  });
}
