import type { BasketItem } from '@orders/domain/basket';
import type { Connection } from '../client.ts';
import { textArray } from '../sql-array.ts';

export interface LockedStock {
  /** Of each order, by its id. */
  readonly items: ReadonlyMap<string, readonly BasketItem[]>;
  /** Units available of each of their SKUs; one without a row has nothing and is missing. */
  readonly available: ReadonlyMap<string, number>;
}

/**
 * Reads the items of orders and locks their stock, in order of SKU, as `lockStock` does. To be called after
 * the orders' lock: that lock keeps the items as they are, and this statement's snapshot begins
 * after it. One statement, and JSON instead of rows, since every order comes through here twice.
 */
export async function lockStockOfOrders(
  tx: Connection,
  orderIds: readonly string[],
): Promise<LockedStock> {
  if (orderIds.length === 0) return { items: new Map(), available: new Map() };
  const [row] = await tx.$queryRaw<
    {
      items: [orderId: string, sku: string, quantity: number][] | null;
      stock: [sku: string, available: number][] | null;
    }[]
  >`
    WITH item AS MATERIALIZED (
      SELECT order_id, sku, quantity FROM order_items WHERE order_id = ANY(${textArray(orderIds)}::uuid[])
    ), locked AS MATERIALIZED (
      SELECT sku, on_hand - reserved AS available
        FROM inventory
       WHERE sku = ANY(ARRAY(SELECT DISTINCT sku FROM item))
       ORDER BY sku
         FOR NO KEY UPDATE
    )
    SELECT (SELECT json_agg(json_build_array(order_id, sku, quantity)) FROM item) AS items,
           (SELECT json_agg(json_build_array(sku, available)) FROM locked) AS stock`;
  const items = new Map<string, BasketItem[]>();
  for (const [orderId, sku, quantity] of row?.items ?? []) {
    const known = items.get(orderId);
    if (known === undefined) items.set(orderId, [{ sku, quantity }]);
    else known.push({ sku, quantity });
  }
  return { items, available: new Map(row?.stock) };
}
