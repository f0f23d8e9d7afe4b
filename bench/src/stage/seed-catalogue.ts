import { onDatabase } from './on-database.ts';

/** `BENCH-0001` to `BENCH-1000`; wrk's script and the seeds build the same names. */
export const PRODUCTS = 1_000;

/** More than any run can sell: a shortage would measure something else. */
const STOCK = 1_000_000_000;

/** Products with a price and stock, and the movements that explain the stock. For an empty database. */
export async function seedCatalogue(databaseUrl: string): Promise<void> {
  await onDatabase(databaseUrl, async (client) => {
    await client.query(`
      INSERT INTO products (sku, name, price_minor, currency)
      SELECT 'BENCH-' || lpad(n::text, 4, '0'), 'Product ' || n, 100 + (n * 7919) % 9900, 'USD'
        FROM generate_series(1, ${PRODUCTS}) AS n`);
    await client.query(`
      INSERT INTO inventory (sku, on_hand)
      SELECT sku, ${STOCK} FROM products`);
    await client.query(`
      INSERT INTO stock_movements (sku, kind, delta, balance, reason, actor)
      SELECT sku, 'seed', ${STOCK}, ${STOCK}, 'bench', 'system' FROM products`);
    await client.query('VACUUM (ANALYZE) products, inventory, stock_movements');
  });
}
