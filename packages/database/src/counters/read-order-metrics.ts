import type { OrderStatus } from '@orders/domain/order-status';
import type { Database } from '../client.ts';

/** Exact numbers over all orders. */
export interface OrderMetrics {
  readonly totalOrders: number;
  readonly orderCounts: Readonly<Record<OrderStatus, number>>;
  /** Seconds from first pick-up to completed, averaged over completed orders; 0 when none. */
  readonly averageProcessingTime: number;
}

type Sums = Record<OrderStatus | 'processing_ms', bigint>;

/** Reads the counters, which every transition keeps in its own transaction: O(1), exact. */
export async function readOrderMetrics(database: Database): Promise<OrderMetrics> {
  const rows = await database.prisma.$queryRaw<Sums[]>`
    SELECT sum(pending)::bigint AS pending, sum(backordered)::bigint AS backordered,
           sum(reserved)::bigint AS reserved, sum(completed)::bigint AS completed,
           sum(rejected)::bigint AS rejected, sum(cancelling)::bigint AS cancelling,
           sum(cancelled)::bigint AS cancelled, sum(failed)::bigint AS failed,
           sum(processing_ms)::bigint AS processing_ms
      FROM order_counters`;
  const [sums] = rows;
  if (sums === undefined) throw new Error('an aggregate without a row');
  const orderCounts = {
    pending: Number(sums.pending),
    backordered: Number(sums.backordered),
    reserved: Number(sums.reserved),
    completed: Number(sums.completed),
    rejected: Number(sums.rejected),
    cancelling: Number(sums.cancelling),
    cancelled: Number(sums.cancelled),
    failed: Number(sums.failed),
  };
  const { completed } = orderCounts;
  return {
    totalOrders: Object.values(orderCounts).reduce((sum, count) => sum + count, 0),
    orderCounts,
    averageProcessingTime: completed === 0 ? 0 : Number(sums.processing_ms) / completed / 1_000,
  };
}
