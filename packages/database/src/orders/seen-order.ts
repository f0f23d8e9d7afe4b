import type { OrderState, PaymentState } from '@orders/domain/decision';
import type { OrderStatus } from '@orders/domain/order-status';
import { Prisma } from '../generated/client.ts';

/** An order as it was read at some moment, as far as its life depends on it. */
export interface SeenOrder {
  readonly id: string;
  readonly customerId: string;
  readonly status: OrderStatus;
  readonly version: number;
  readonly dispatch: number;
  readonly attempt: number;
  readonly attempts: number;
  readonly starts: number;
  readonly holdsStock: boolean;
  readonly totalMinor: number;
  readonly currency: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  readonly stepStartedAt: Date;
  /** The database's clock at that moment: waits are measured by this one clock only. */
  readonly readAt: Date;
}

export interface SeenOrderRow {
  readonly id: string;
  readonly customer_id: string;
  readonly status: string;
  readonly version: number;
  readonly dispatch: number;
  readonly attempt: number;
  readonly attempts: number;
  readonly starts: number;
  readonly holds_stock: boolean;
  readonly total_minor: bigint;
  readonly currency: string;
  readonly metadata: Record<string, string> | null;
  readonly created_at: Date;
  readonly step_started_at: Date;
  readonly read_at: Date;
}

/** Of `orders`, as {@link SeenOrderRow} has them. */
export const SEEN_COLUMNS = Prisma.sql`
  id, customer_id, status, version, dispatch, attempt, attempts, starts, holds_stock, total_minor, currency,
  NULLIF(metadata, '{}'::jsonb) AS metadata, created_at, step_started_at, clock_timestamp() AS read_at`;

export function toSeenOrder(row: SeenOrderRow, status: OrderStatus): SeenOrder {
  return {
    id: row.id,
    customerId: row.customer_id,
    status,
    version: row.version,
    dispatch: row.dispatch,
    attempt: row.attempt,
    attempts: row.attempts,
    starts: row.starts,
    holdsStock: row.holds_stock,
    totalMinor: Number(row.total_minor),
    currency: row.currency,
    metadata: row.metadata ?? {},
    createdAt: row.created_at,
    stepStartedAt: row.step_started_at,
    readAt: row.read_at,
  };
}

/** What decisions depend on. */
export function toState(order: SeenOrder, payment: PaymentState): OrderState {
  return {
    status: order.status,
    holdsStock: order.holdsStock,
    attempt: order.attempt,
    payment,
    attempts: order.attempts,
    createdAt: order.createdAt,
    stepStartedAt: order.stepStartedAt,
  };
}
