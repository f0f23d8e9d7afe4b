import type { Database } from '../client.ts';

/** How many units of a SKU were ever sold. */
export interface SoldTotal {
  readonly sku: string;
  readonly sold: number;
}

/**
 * A page of the running totals in order of SKU, behind `afterSku` (empty: from the first). SKUs of
 * which nothing was sold are left out. No lock: a total only rises, and a late one is as good.
 */
export async function readSoldTotals(
  database: Database,
  afterSku: string,
  limit: number,
): Promise<SoldTotal[]> {
  const rows = await database.prisma.$queryRaw<{ sku: string; sold: bigint }[]>`
    SELECT sku, sold FROM inventory
     WHERE sku > ${afterSku} AND sold > 0
     ORDER BY sku
     LIMIT ${limit}`;
  return rows.map(({ sku, sold }) => ({ sku, sold: Number(sold) }));
}
