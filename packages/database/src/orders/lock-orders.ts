import { isOrderStatus } from '@orders/domain/order-status';
import type { Connection } from '../client.ts';
import { UnknownStatusError } from './order-row.ts';
import { SEEN_COLUMNS, type SeenOrder, type SeenOrderRow, toSeenOrder } from './seen-order.ts';
import { textArray } from '../sql-array.ts';

export interface LockedOrders {
  readonly orders: ReadonlyMap<string, SeenOrder>;
  /** In a status that a newer version wrote: theirs to run, and no reason to fail the batch. */
  readonly unknown: ReadonlySet<string>;
}

/**
 * Locks orders until the end of the transaction, in order of id, and returns them as they are
 * under the lock: a row that was waited for is read again by PostgreSQL after the wait (EvalPlanQual;
 * documentation, 13.2.1). What else belongs to them is to be read in later statements. Ids without
 * an order are missing.
 */
export async function lockOrders(tx: Connection, ids: readonly string[]): Promise<LockedOrders> {
  const rows = await tx.$queryRaw<SeenOrderRow[]>`
    SELECT ${SEEN_COLUMNS}
      FROM orders
     WHERE id = ANY(${textArray(ids)}::uuid[])
     ORDER BY id
       FOR NO KEY UPDATE`;
  const orders = new Map<string, SeenOrder>();
  const unknown = new Set<string>();
  for (const row of rows) {
    if (isOrderStatus(row.status)) orders.set(row.id, toSeenOrder(row, row.status));
    else unknown.add(row.id);
  }
  return { orders, unknown };
}

/**
 * Locks one order; null when there is none.
 *
 * @throws UnknownStatusError when a newer version is at work on it
 */
export async function lockOrder(tx: Connection, id: string): Promise<SeenOrder | null> {
  const { orders, unknown } = await lockOrders(tx, [id]);
  if (unknown.has(id)) throw new UnknownStatusError();
  return orders.get(id) ?? null;
}
