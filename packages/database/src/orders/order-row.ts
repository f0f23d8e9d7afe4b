import type { Order } from '@orders/domain/contracts/order';
import { isOrderStatus, type OrderStatus } from '@orders/domain/order-status';
import { z } from 'zod';
import { Prisma } from '../generated/client.ts';

/** A row of `orders` with its items, as statements here select it. */
export interface OrderRow {
  readonly id: string;
  readonly customer_id: string;
  readonly status: string;
  readonly reason: string | null;
  readonly currency: string;
  readonly total_minor: bigint;
  readonly metadata: unknown;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly processing_started_at: Date | null;
  readonly processing_finished_at: Date | null;
  readonly completed_at: Date | null;
  readonly skus: string[];
  readonly quantities: number[];
  readonly prices: bigint[];
}

/** What an {@link OrderRow} is selected of: `o`, rows of `orders`, and `i`, from ORDER_ITEMS. */
export const ORDER_COLUMNS = Prisma.sql`
  o.id, o.customer_id, o.status, o.reason, o.currency, o.total_minor, o.metadata, o.version,
  o.created_at, o.updated_at, o.processing_started_at, o.processing_finished_at, o.completed_at,
  i.skus, i.quantities, i.prices`;

/** Joins the items of each `o`, of the same snapshot. */
export const ORDER_ITEMS = Prisma.sql`
  CROSS JOIN LATERAL (
        SELECT array_agg(sku ORDER BY position) AS skus,
               array_agg(quantity ORDER BY position) AS quantities,
               array_agg(unit_price_minor ORDER BY position) AS prices
          FROM order_items
         WHERE order_id = o.id) i`;

const metadataSchema = z.record(z.string(), z.string());

/** The order as clients see it. */
export function toOrder(row: OrderRow): Order {
  const { currency } = row;
  return {
    id: row.id,
    customerId: row.customer_id,
    status: toOrderStatus(row.status),
    reason: row.reason,
    items: row.skus.map((sku, index) => ({
      sku,
      quantity: row.quantities[index] ?? 0,
      unitPrice: { amount: Number(row.prices[index] ?? 0n), currency },
    })),
    total: { amount: Number(row.total_minor), currency },
    metadata: metadataSchema.parse(row.metadata),
    version: row.version,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    processingStartedAt: toTime(row.processing_started_at),
    processingFinishedAt: toTime(row.processing_finished_at),
    completedAt: toTime(row.completed_at),
  };
}

/**
 * A status read from the table.
 * @throws UnknownStatusError for one that a newer version wrote: leave the order to that version.
 */
export function toOrderStatus(value: string): OrderStatus {
  if (isOrderStatus(value)) return value;
  throw new UnknownStatusError();
}

export class UnknownStatusError extends Error {
  override readonly name = 'UnknownStatusError';

  constructor() {
    super('the order is in a status that this version does not know');
  }
}

function toTime(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}
