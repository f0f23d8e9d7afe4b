import type { Demand } from '@orders/domain/allocate';
import type { Connection } from '../client.ts';

/**
 * The orders that wait for a SKU which has stock, oldest first: no more of each line than could be
 * served, since every one takes at least one unit. Read under the SKUs' locks, so nobody can join
 * the line meanwhile. Orders of the batch itself are left out.
 */
export async function readWaiting(
  tx: Connection,
  stock: ReadonlyMap<string, number>,
  batch: ReadonlySet<string>,
): Promise<Demand[]> {
  const inStock = Array.from(stock).filter(([, available]) => available > 0);
  if (inStock.length === 0) return [];
  const rows = await tx.$queryRaw<
    { sku: string; order_id: string; created_at: Date; quantity: number }[]
  >`
    SELECT s.sku, b.order_id, b.created_at, b.quantity
      FROM unnest(${inStock.map(([sku]) => sku)}::text[],
                  ${inStock.map(([, available]) => Math.min(available, 1_000) + batch.size)}::int[]) AS s(sku, most)
     CROSS JOIN LATERAL (
           SELECT order_id, created_at, quantity
             FROM backorders
            WHERE sku = s.sku
            ORDER BY created_at, order_id
            LIMIT s.most) b`;
  return rows
    .filter((row) => !batch.has(row.order_id))
    .map((row) => ({
      orderId: row.order_id,
      createdAt: row.created_at,
      items: [{ sku: row.sku, quantity: row.quantity }],
      waitsElsewhere: true,
    }));
}
