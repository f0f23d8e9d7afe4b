import type { Product } from '@orders/domain/contracts/product';
import type { Connection, Database } from '../client.ts';
import { PRODUCT_COLUMNS, type ProductRow, toProduct } from './product-row.ts';

export interface ProductFilter {
  /** Slug of a category; null for all products. */
  readonly category: string | null;
  /** Only what can be ordered. */
  readonly onlyActive: boolean;
  /** Begin behind this SKU; empty for the first page. */
  readonly afterSku: string;
}

/** A page of the catalogue by SKU. A category's page walks along its own index. */
export async function listProducts(
  { prisma }: Database,
  { category, onlyActive, afterSku }: ProductFilter,
  limit: number,
): Promise<Product[]> {
  const rows =
    category === null
      ? await prisma.$queryRaw<ProductRow[]>`
          SELECT ${PRODUCT_COLUMNS} FROM products p
           WHERE p.sku > ${afterSku} AND (p.active OR NOT ${onlyActive})
           ORDER BY p.sku
           LIMIT ${limit}`
      : await prisma.$queryRaw<ProductRow[]>`
          SELECT ${PRODUCT_COLUMNS} FROM product_categories pc JOIN products p ON p.sku = pc.sku
           WHERE pc.slug = ${category} AND pc.sku > ${afterSku} AND (p.active OR NOT ${onlyActive})
           ORDER BY pc.sku
           LIMIT ${limit}`;
  return rows.map(toProduct);
}

/** The product as it is now, or null. */
export async function readProduct(connection: Connection, sku: string): Promise<Product | null> {
  const [row] = await connection.$queryRaw<ProductRow[]>`
    SELECT ${PRODUCT_COLUMNS} FROM products p WHERE p.sku = ${sku}`;
  return row === undefined ? null : toProduct(row);
}
