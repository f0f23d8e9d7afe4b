import type { Stock } from '@orders/domain/contracts/inventory';
import type { Database } from '../client.ts';
import { STOCK_COLUMNS, STOCK_TABLES, type StockRow, toStock } from './stock-row.ts';

/**
 * A page of the stock by SKU, from behind `afterSku` (empty: from the first). Read without a lock,
 * each SKU as of the same snapshot.
 *
 * @param onlyShort only SKUs of which more is promised than is there
 */
export async function listStock(
  database: Database,
  limit: number,
  {
    afterSku = '',
    onlyShort = false,
  }: { readonly afterSku?: string; readonly onlyShort?: boolean } = {},
): Promise<Stock[]> {
  const rows = await database.prisma.$queryRaw<StockRow[]>`
    SELECT ${STOCK_COLUMNS}
      FROM ${STOCK_TABLES}
     WHERE i.sku > ${afterSku} AND (NOT ${onlyShort} OR s.sku IS NOT NULL)
     ORDER BY i.sku
     LIMIT ${limit}`;
  return rows.map(toStock);
}
