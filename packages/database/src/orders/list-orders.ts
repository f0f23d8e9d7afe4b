import type { Order } from '@orders/domain/contracts/order';
import { isOrderStatus, type OrderStatus } from '@orders/domain/order-status';
import type { Database } from '../client.ts';
import { Prisma } from '../generated/client.ts';
import { ORDER_COLUMNS, ORDER_ITEMS, type OrderRow, toOrder } from './order-row.ts';

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

export interface OrderPage {
  readonly orders: readonly Order[];
  /** Where the next page begins; null on the last one. */
  readonly next: OrderPosition | null;
}

/**
 * A page of orders, newest first, by keyset on (created_at, id): an order neither appears twice nor
 * is missed while others are placed. One statement, so every order shown is as the filter asked.
 * Each filter alone has an index that ends in the same two columns, so its page costs the same at
 * the end of a million orders as at the beginning. Customer and status together have none: such a
 * page reads back through that customer's orders until it is full, so with a rare status through
 * all of them that the times allow (docs/decisions/one-filter-one-index.md). Orders in a status of
 * a newer version are left out.
 */
export async function listOrders(
  database: Database,
  filter: OrderFilter,
  limit: number,
  after: OrderPosition | null,
): Promise<OrderPage> {
  // One more than is shown tells whether there is a next page.
  const rows = await database.prisma.$queryRaw<OrderRow[]>`
    SELECT ${ORDER_COLUMNS}
      FROM (SELECT * FROM orders ${where(filter, after)}
             ORDER BY created_at DESC, id DESC
             LIMIT ${limit + 1}) o ${ORDER_ITEMS}
     ORDER BY o.created_at DESC, o.id DESC`;
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    orders: shown.flatMap((row) => (isOrderStatus(row.status) ? toOrder(row) : [])),
    next: last === undefined ? null : { createdAt: last.created_at, id: last.id },
  };
}

function where(filter: OrderFilter, after: OrderPosition | null): Prisma.Sql {
  const { customerId, status, createdFrom, createdTo } = filter;
  const conditions = [
    customerId === null ? null : Prisma.sql`customer_id = ${customerId}`,
    status === null ? null : Prisma.sql`status = ${status}`,
    createdFrom === null ? null : Prisma.sql`created_at >= ${createdFrom}::timestamptz`,
    createdTo === null ? null : Prisma.sql`created_at < ${createdTo}::timestamptz`,
    after === null
      ? null
      : Prisma.sql`(created_at, id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`,
  ].filter((condition) => condition !== null);
  return conditions.length === 0
    ? Prisma.empty
    : Prisma.sql`WHERE ${Prisma.join(conditions, ' AND ')}`;
}
