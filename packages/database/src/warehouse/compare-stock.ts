import type { NumberedRow } from '@orders/domain/warehouse/collect-feed';
import { decideStock, type StockDecision } from '@orders/domain/warehouse/decide-stock';
import type { Database } from '../client.ts';
import { readKnownStock } from './read-known-stock.ts';

export interface ComparedRow {
  readonly row: NumberedRow;
  readonly decision: StockDecision;
}

/**
 * What rows of a snapshot would do to the stock as it is now. Takes no lock, so it never makes an
 * order wait. A row that is the `same` stays so: a sale or a manual movement shifts both sides. A
 * row that would change is decided anew, under the SKU's lock, when it is applied.
 */
export async function compareStock(
  database: Database,
  asOf: Date,
  rows: readonly NumberedRow[],
): Promise<ComparedRow[]> {
  const skus = rows.map(({ sku }) => sku);
  const known = await readKnownStock(database.prisma, skus, asOf);
  return rows.map((row) => ({ row, decision: decideStock(row, known.get(row.sku)) }));
}

/** The number of SKUs that have stock, or could have. */
export async function countStockedSkus(database: Database): Promise<number> {
  return database.prisma.inventory.count();
}
