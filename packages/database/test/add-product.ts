import type { TestDatabase } from './start-database.ts';

/** A product for 10.00 with so many units on hand, as if they had been seeded. */
export async function addProduct(
  { sql }: TestDatabase,
  sku: string,
  stock: number,
  { priceMinor = 1_000, active = true } = {},
): Promise<void> {
  await sql(
    `WITH product AS (
       INSERT INTO products (sku, name, price_minor, currency, active) VALUES ($1, $1, $3, 'USD', $4)
     ), inventory AS (
       INSERT INTO inventory (sku, on_hand) VALUES ($1, $2)
     )
     INSERT INTO stock_movements (sku, kind, delta, balance, reason, actor)
     VALUES ($1, 'seed', $2, $2, 'opening stock', 'system')`,
    [sku, stock, priceMinor, active],
  );
}
