import type { Connection } from '../client.ts';
import { textArray } from '../sql-array.ts';

/**
 * Opens, updates and closes the shortfalls of SKUs whose stock this transaction has changed, under
 * their locks: open exactly while more is promised or sold than is there (`reserved > on_hand`).
 */
export async function trackShortfalls(tx: Connection, skus: readonly string[]): Promise<void> {
  if (skus.length === 0) return;
  await tx.$executeRaw`
    WITH stock AS (
      SELECT sku, reserved - on_hand AS missing FROM inventory WHERE sku = ANY(${textArray(skus)}::text[])
    ), updated AS (
      UPDATE stock_shortfalls s
         SET missing = GREATEST(stock.missing, 0),
             closed_at = CASE WHEN stock.missing <= 0 THEN statement_timestamp() END
        FROM stock
       WHERE s.sku = stock.sku AND s.closed_at IS NULL
      RETURNING s.sku
    )
    INSERT INTO stock_shortfalls (sku, missing, opened_at)
    SELECT sku, missing, statement_timestamp() FROM stock
     WHERE missing > 0 AND sku NOT IN (SELECT sku FROM updated)`;
}
