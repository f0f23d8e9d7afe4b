import type { Product } from '@orders/domain/contracts/product';
import { Prisma } from '../generated/client.ts';

/** A row of `products` with its categories, as statements here select it. */
export interface ProductRow {
  readonly sku: string;
  readonly name: string;
  readonly description: string;
  readonly price_minor: bigint;
  readonly currency: string;
  readonly active: boolean;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly categories: string[];
}

/** Of `p`, rows of `products`; categories of the same snapshot. */
export const PRODUCT_COLUMNS = Prisma.sql`
  p.sku, p.name, p.description, p.price_minor, p.currency, p.active, p.version, p.created_at, p.updated_at,
  ARRAY(SELECT slug FROM product_categories c WHERE c.sku = p.sku ORDER BY slug) AS categories`;

export function toProduct(row: ProductRow): Product {
  return {
    sku: row.sku,
    name: row.name,
    description: row.description,
    price: { amount: Number(row.price_minor), currency: row.currency },
    active: row.active,
    categories: row.categories,
    version: row.version,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
