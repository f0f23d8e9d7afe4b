import { resolve } from 'node:path';
import { createDatabase, type Database } from '@orders/database/client';
import { migrate } from '@orders/database/migrate';
import { startTestPostgres } from '@orders/local-services/start-test-postgres';

const MIGRATIONS = resolve(import.meta.dirname, '../../../../prisma/migrations');

export interface TestDatabase extends Database {
  readonly url: string;
  /** Brings a situation about that the system itself would not. */
  sql(text: string, ...values: unknown[]): Promise<void>;
  read<Row>(text: string, ...values: unknown[]): Promise<Row[]>;
}

/** A PostgreSQL of this file's own with all tables and nothing in them. */
export async function startDatabase(): Promise<TestDatabase> {
  const postgres = await startTestPostgres();
  await migrate(postgres.url, { directory: MIGRATIONS });
  const database = createDatabase({
    url: postgres.url,
    poolSize: 10,
    applicationName: 'test',
    statementTimeoutMs: 20_000,
    connectTimeoutMs: 20_000,
  });
  return {
    ...database,
    url: postgres.url,
    async sql(text, ...values) {
      await database.prisma.$executeRawUnsafe(text, ...values);
    },
    read: (text, ...values) => database.prisma.$queryRawUnsafe(text, ...values),
    async close() {
      await database.close();
      await postgres.close();
    },
  };
}

/** A product for 10.00 with so many units on hand, as if it had been seeded. */
export async function addProduct({ sql }: TestDatabase, sku: string, stock: number): Promise<void> {
  await sql(
    `INSERT INTO products (sku, name, price_minor, currency) VALUES ($1, $1, 1000, 'USD')`,
    sku,
  );
  await sql('INSERT INTO inventory (sku, on_hand) VALUES ($1, $2)', sku, stock);
  await sql(
    `INSERT INTO stock_movements (sku, kind, delta, balance, reason, actor)
     VALUES ($1, 'seed', $2, $2, 'opening stock', 'system')`,
    sku,
    stock,
  );
}

/** Removes all orders and products; counters and markers start anew. */
export async function clear({ sql }: TestDatabase): Promise<void> {
  await sql(`TRUNCATE orders, order_items, order_events, backorders, payment_attempts, refunds,
    dead_letters, order_failures, products, inventory, stock_movements, stock_shortfalls,
    worker_heartbeats CASCADE`);
  await sql(`UPDATE order_counters SET pending = 0, backordered = 0, reserved = 0, completed = 0,
    rejected = 0, cancelling = 0, cancelled = 0, failed = 0, processing_ms = 0`);
}
