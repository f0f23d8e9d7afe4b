import type { Order } from '@orders/domain/contracts/order';
import type { Connection, Database } from '../client.ts';
import { ORDER_COLUMNS, ORDER_ITEMS, type OrderRow, toOrder } from './order-row.ts';
import { textArray } from '../sql-array.ts';

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
    SELECT ${ORDER_COLUMNS}
      FROM orders o ${ORDER_ITEMS}
     WHERE o.id = ANY(${textArray(ids)}::uuid[])`;
  return new Map(rows.map((row) => [row.id, toOrder(row)]));
}
