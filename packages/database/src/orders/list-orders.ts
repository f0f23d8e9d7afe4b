import type { Order } from '@orders/domain/contracts/order';
import type { OrderStatus } from '@orders/domain/order-status';
import type { Database } from '../client.ts';
import { Prisma } from '../generated/client.ts';
import { readOrders } from './read-order.ts';

export interface OrderFilter {
  readonly customerId: string | null;
  readonly status: OrderStatus | null;
  /** Created at or after. */
  readonly createdFrom: Date | null;
  /** Created before. */
  readonly createdTo: Date | null;
}

/** The last order of a page; the next page begins behind it. */
export interface OrderPosition {
  readonly createdAt: Date;
  readonly id: string;
}

/**
 * A page of orders, newest first, by keyset on (created_at, id): an order neither appears twice nor
 * is missed while others are placed. Each filter has an index that ends in the same two columns, so
 * a page costs the same at the end of a million orders as at the beginning.
 */
export async function listOrders(
  database: Database,
  filter: OrderFilter,
  limit: number,
  after: OrderPosition | null,
): Promise<Order[]> {
  const conditions = [
    filter.customerId === null ? null : Prisma.sql`customer_id = ${filter.customerId}`,
    filter.status === null ? null : Prisma.sql`status = ${filter.status}`,
    filter.createdFrom === null
      ? null
      : Prisma.sql`created_at >= ${filter.createdFrom}::timestamptz`,
    filter.createdTo === null ? null : Prisma.sql`created_at < ${filter.createdTo}::timestamptz`,
    after === null
      ? null
      : Prisma.sql`(created_at, id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`,
  ].filter((condition) => condition !== null);
  const where =
    conditions.length === 0 ? Prisma.empty : Prisma.sql`WHERE ${Prisma.join(conditions, ' AND ')}`;
  const page = await database.prisma.$queryRaw<{ id: string }[]>`
    SELECT id FROM orders ${where} ORDER BY created_at DESC, id DESC LIMIT ${limit}`;
  const ids = page.map(({ id }) => id);
  const orders = await readOrders(database.prisma, ids);
  return ids.flatMap((id) => orders.get(id) ?? []);
}
