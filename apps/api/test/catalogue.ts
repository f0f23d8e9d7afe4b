import { fileURLToPath } from 'node:url';
import { createDatabase, type Database } from '@orders/database/client';
import { migrate } from '@orders/database/migrate';
import { startTestPostgres, type TestPostgres } from '@orders/local-services/start-test-postgres';

export const KEYBOARD = 'KEYBOARD-0001';
export const MOUSE = 'MOUSE-0002';
/** Known, but not for sale. */
export const TYPEWRITER = 'TYPEWRITER-0003';
export const KEYBOARD_PRICE = 1999;
export const MOUSE_PRICE = 999;

export interface CatalogueDatabase {
  readonly url: string;
  readonly postgres: TestPostgres;
  readonly database: Database;
  countOrders(): Promise<number>;
  close(): Promise<void>;
}

/** A PostgreSQL of its own with the schema and three products. */
export async function startCatalogueDatabase(): Promise<CatalogueDatabase> {
  const postgres = await startTestPostgres();
  const directory = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url));
  await migrate(postgres.url, { directory });
  const database = createDatabase({ url: postgres.url, poolSize: 2, applicationName: 'test' });
  const products = [
    { sku: KEYBOARD, priceMinor: KEYBOARD_PRICE, active: true },
    { sku: MOUSE, priceMinor: MOUSE_PRICE, active: true },
    { sku: TYPEWRITER, priceMinor: 4999, active: false },
  ];
  await database.prisma.product.createMany({
    data: products.map((product) => ({ ...product, name: product.sku, currency: 'USD' })),
  });
  return {
    url: postgres.url,
    postgres,
    database,
    countOrders: () => database.prisma.order.count(),
    close: async () => {
      await database.close();
      await postgres.close();
    },
  };
}
