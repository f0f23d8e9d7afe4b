import type { Database } from '../client.ts';
import { inTransaction } from '../transaction.ts';
import { textArray } from '../sql-array.ts';

/** How many orders of one SKU are called at a time. */
const CALL_LIMIT = 500;
/** How many orders are called in one transaction: the others are in the next round. */
const BATCH_LIMIT = 2_000;

/**
 * Calls the orders that wait for stock which is there now: per SKU the oldest first, as many as it
 * suffices for, those who have waited longest of all SKUs. Called orders get a new dispatch and are
 * due at once. Returns how many.
 *
 * Needs no notice from whoever raised the stock: it is derived from what is stored, so a crash
 * anywhere is made good by the next call. An order is called once, until it has looked at the
 * stock itself (which writes its place in the line anew) or a minute has passed.
 */
export async function wakeBackorders(
  database: Database,
  batchLimit = BATCH_LIMIT,
): Promise<number> {
  const called = await database.prisma.$queryRaw<{ order_id: string }[]>`
    WITH RECURSIVE skus AS (
      (SELECT sku FROM backorders ORDER BY sku LIMIT 1)
      UNION ALL
      SELECT (SELECT b.sku FROM backorders b WHERE b.sku > skus.sku ORDER BY b.sku LIMIT 1)
        FROM skus WHERE skus.sku IS NOT NULL
    ), in_stock AS (
      SELECT i.sku, i.on_hand - i.reserved AS available
        FROM skus JOIN inventory i USING (sku)
       WHERE i.on_hand > i.reserved
    )
    SELECT line.order_id
      FROM in_stock s
     CROSS JOIN LATERAL (
           SELECT order_id, woken_at, created_at,
                  sum(quantity) OVER (ORDER BY created_at, order_id) AS running
             FROM (SELECT order_id, woken_at, quantity, created_at
                     FROM backorders b
                    WHERE b.sku = s.sku
                    ORDER BY created_at, order_id
                    LIMIT LEAST(s.available, ${CALL_LIMIT})) oldest) line
     WHERE line.running <= s.available
       AND (line.woken_at IS NULL OR line.woken_at < now() - interval '1 minute')
     GROUP BY line.order_id
     ORDER BY min(line.created_at), line.order_id
     LIMIT ${batchLimit}`;
  if (called.length === 0) return 0;
  const ids = called.map((row) => row.order_id);
  return inTransaction(
    database,
    async (tx) => {
      // Orders before their lines, as everywhere; another sweeper may be first.
      const locked = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM orders
       WHERE id = ANY(${textArray(ids)}::uuid[]) AND status = 'backordered'
       ORDER BY id
         FOR NO KEY UPDATE`;
      const woken = await tx.$queryRaw<{ order_id: string }[]>`
      UPDATE backorders SET woken_at = now()
       WHERE order_id = ANY(${textArray(locked.map(({ id }) => id))}::uuid[])
         AND (woken_at IS NULL OR woken_at < now() - interval '1 minute')
      RETURNING order_id`;
      return tx.$executeRaw`
      UPDATE orders SET dispatch = dispatch + 1, next_check_at = now()
       WHERE id = ANY(${textArray(Array.from(new Set(woken.map((row) => row.order_id))))}::uuid[])
         AND status = 'backordered'`;
    },
    { step: 'wake', orderIds: ids },
  );
}
