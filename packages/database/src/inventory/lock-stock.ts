import type { Connection } from '../client.ts';
import { textArray } from '../sql-array.ts';

/**
 * Locks the stock of SKUs until the end of the transaction, in order of SKU, and returns what is
 * available of each under the lock. A SKU without a row has nothing and is missing.
 *
 * The sorted lock comes first because `UPDATE … FROM unnest` locks in whatever order its plan
 * meets the rows, which deadlocks with a batch that meets them the other way round.
 */
export async function lockStock(
  tx: Connection,
  skus: Iterable<string>,
): Promise<Map<string, number>> {
  const wanted = Array.from(new Set(skus));
  if (wanted.length === 0) return new Map();
  const rows = await tx.$queryRaw<{ sku: string; available: bigint }[]>`
    SELECT sku, on_hand - reserved AS available
      FROM inventory
     WHERE sku = ANY(${textArray(wanted)}::text[])
     ORDER BY sku
       FOR NO KEY UPDATE`;
  return new Map(rows.map((row) => [row.sku, Number(row.available)]));
}
