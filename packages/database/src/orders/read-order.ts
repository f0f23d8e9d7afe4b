import type { Order } from '@orders/domain/contracts/order';
import type { Connection, Database } from '../client.ts';
import { type OrderRow, toOrder } from './order-row.ts';

/** The order as it is now, or null. */
export async function readOrder(database: Database, id: string): Promise<Order | null> {
  const orders = await readOrders(database.prisma, [id]);
  return orders.get(id) ?? null;
}

/**
 * Many orders in one statement, by id; ids that do not exist are missing from the result. One
 * snapshot: each order is as of one commit, items and totals agreeing.
 */
export async function readOrders(
  connection: Connection,
  ids: readonly string[],
): Promise<Map<string, Order>> {
  const rows = await connection.$queryRaw<OrderRow[]>`
    SELECT o.id, o.customer_id, o.status, o.reason, o.currency, o.total_minor, o.metadata,
           o.version, o.created_at, o.updated_at, o.processing_started_at,
           o.processing_finished_at, o.completed_at, i.skus, i.quantities, i.prices
      FROM orders o
     CROSS JOIN LATERAL (
           SELECT array_agg(sku ORDER BY position) AS skus,
                  array_agg(quantity ORDER BY position) AS quantities,
                  array_agg(unit_price_minor ORDER BY position) AS prices
             FROM order_items
            WHERE order_id = o.id) i
     WHERE o.id = ANY(${ids}::uuid[])`;
  return new Map(rows.map((row) => [row.id, toOrder(row)]));
}
