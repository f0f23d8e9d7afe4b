import type { KnownStock } from '@orders/domain/warehouse/decide-stock';
import type { Connection } from '../client.ts';

/**
 * What is known of SKUs, and what was moved by hand after `asOf`. Stock and movements are of one
 * moment, since it is one statement; SKUs without a stock row are missing. To act on it, lock the
 * SKUs in a statement before: then everything that was committed under those locks is seen.
 */
export async function readKnownStock(
  connection: Connection,
  skus: readonly string[],
  asOf: Date,
): Promise<Map<string, KnownStock>> {
  const rows = await connection.$queryRaw<
    { sku: string; on_hand: bigint; sold: bigint; moved: bigint }[]
  >`
    SELECT i.sku, i.on_hand, i.sold, COALESCE(m.moved, 0)::bigint AS moved
      FROM inventory i
     CROSS JOIN LATERAL (
           SELECT sum(delta) AS moved FROM stock_movements
            WHERE sku = i.sku AND kind = 'adjustment' AND recorded_at > ${asOf}::timestamptz) m
     WHERE i.sku = ANY(${skus}::text[])`;
  return new Map(
    rows.map((row) => [
      row.sku,
      { onHand: Number(row.on_hand), sold: Number(row.sold), movedSince: Number(row.moved) },
    ]),
  );
}
