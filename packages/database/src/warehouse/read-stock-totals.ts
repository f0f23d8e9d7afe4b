import type { Database } from '../client.ts';

/** The stock of a SKU at one moment, in units. */
export interface StockTotals {
  readonly sku: string;
  readonly onHand: number;
  /** Ever sold. */
  readonly sold: number;
}

/** A page of the whole stock in order of SKU, behind `afterSku` (empty: from the first). */
export async function readStockTotals(
  database: Database,
  afterSku: string,
  limit: number,
): Promise<StockTotals[]> {
  const rows = await database.prisma.inventory.findMany({
    where: { sku: { gt: afterSku } },
    orderBy: { sku: 'asc' },
    take: limit,
  });
  return rows.map(({ sku, onHand, sold }) => ({ sku, onHand: Number(onHand), sold: Number(sold) }));
}
