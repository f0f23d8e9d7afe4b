import { CATALOGUE_CURRENCY } from '@orders/domain/money';
import { makeProducts, type SeedProduct } from './catalogue/make-products.ts';
import { assignSeedCategories, SEED_CATEGORIES } from './catalogue/seed-categories.ts';
import type { Database } from './client.ts';

export interface SeedOptions {
  /** How many products; the same ones for the same number, and more for a greater one. */
  readonly count?: number;
  /** Units on hand of every product, instead of a different plenty of each. */
  readonly stock?: number;
}

/** Products per statement, so that each stays far below the statement time-out. */
const SLICE = 5_000;

/**
 * Makes sure that the catalogue has its first `count` products (1,200 unless told), with stock.
 * What is there already is left as it is, prices and stock included, so it may be run again at any
 * time, and by several processes at once. Returns how many products the catalogue has now.
 */
export async function seedCatalogue(
  database: Database,
  { count = 1_200, stock }: SeedOptions = {},
): Promise<{ products: number }> {
  const products = makeProducts(count).map((product) => ({
    ...product,
    stock: stock ?? product.stock,
  }));
  for (let from = 0; from < products.length; from += SLICE) {
    await insertProducts(database, products.slice(from, from + SLICE));
  }
  return { products: await database.prisma.product.count() };
}

/**
 * Products, their categories, stock and the first stock movements in one statement. A product that has stock already
 * gets no movement, so that on hand always equals the sum of movements less what was sold. In
 * order of SKU: two processes that seed at once wait for each other, never in a circle.
 */
async function insertProducts(database: Database, products: readonly SeedProduct[]): Promise<void> {
  const assigned = assignSeedCategories(products.map(({ sku }) => sku));
  await database.prisma.$executeRaw`
    WITH input AS MATERIALIZED (
      SELECT * FROM unnest(
        ${products.map(({ sku }) => sku)}::text[],
        ${products.map(({ name }) => name)}::text[],
        ${products.map(({ description }) => description)}::text[],
        ${products.map(({ priceMinor }) => priceMinor)}::bigint[],
        ${products.map(({ stock }) => stock)}::bigint[]
      ) AS t(sku, name, description, price_minor, stock)
    ), offered AS (
      INSERT INTO products (sku, name, description, price_minor, currency)
      SELECT sku, name, description, price_minor, ${CATALOGUE_CURRENCY} FROM input ORDER BY sku
          ON CONFLICT DO NOTHING
      RETURNING sku
    ), grouped AS (
      INSERT INTO categories (slug, name)
      SELECT * FROM unnest(${SEED_CATEGORIES.map(({ slug }) => slug)}::text[],
                           ${SEED_CATEGORIES.map(({ name }) => name)}::text[])
          ON CONFLICT DO NOTHING
      RETURNING slug
    ), assigned AS (
      -- What is new on either side: an assignment that somebody has taken back stays away.
      INSERT INTO product_categories (slug, sku)
      SELECT slug, sku
        FROM unnest(${assigned.map(({ slug }) => slug)}::text[],
                    ${assigned.map(({ sku }) => sku)}::text[]) AS a(slug, sku)
       WHERE slug IN (SELECT slug FROM grouped) OR sku IN (SELECT sku FROM offered)
       ORDER BY slug, sku
          ON CONFLICT DO NOTHING
    ), stocked AS (
      INSERT INTO inventory (sku, on_hand)
      SELECT sku, stock FROM input ORDER BY sku
          ON CONFLICT DO NOTHING
      RETURNING sku, on_hand
    )
    INSERT INTO stock_movements (sku, kind, delta, balance, reason, actor)
    SELECT sku, 'seed', on_hand, on_hand, 'opening stock', 'system' FROM stocked ORDER BY sku`;
}
