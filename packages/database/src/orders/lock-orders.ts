import type { OrderState, PaymentState } from '@orders/domain/decision';
import { isOrderStatus, type OrderStatus } from '@orders/domain/order-status';
import type { Connection } from '../client.ts';
import { UnknownStatusError } from './order-row.ts';
import { textArray } from '../sql-array.ts';

/** An order under its lock, as far as its life depends on it. */
export interface LockedOrder {
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
  /** The database's clock under the lock: waits are measured by this one clock only. */
  readonly readAt: Date;
}

export interface LockedOrders {
  readonly orders: ReadonlyMap<string, LockedOrder>;
  /** In a status that a newer version wrote: theirs to run, and no reason to fail the batch. */
  readonly unknown: ReadonlySet<string>;
}

interface Row {
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

/**
 * Locks orders until the end of the transaction, in order of id, and returns them as they are
 * under the lock: a row that was waited for is read again by PostgreSQL after the wait (EvalPlanQual;
 * documentation, 13.2.1). What else belongs to them is to be read in later statements. Ids without
 * an order are missing.
 */
export async function lockOrders(tx: Connection, ids: readonly string[]): Promise<LockedOrders> {
  const rows = await tx.$queryRaw<Row[]>`
    SELECT id, customer_id, status, version, dispatch, attempt, attempts, starts, holds_stock,
           total_minor, currency, NULLIF(metadata, '{}'::jsonb) AS metadata, created_at, step_started_at,
           clock_timestamp() AS read_at
      FROM orders
     WHERE id = ANY(${textArray(ids)}::uuid[])
     ORDER BY id
       FOR NO KEY UPDATE`;
  const orders = new Map<string, LockedOrder>();
  const unknown = new Set<string>();
  for (const row of rows) {
    if (isOrderStatus(row.status)) orders.set(row.id, toLockedOrder(row, row.status));
    else unknown.add(row.id);
  }
  return { orders, unknown };
}

/**
 * Locks one order; null when there is none.
 *
 * @throws UnknownStatusError when a newer version is at work on it
 */
export async function lockOrder(tx: Connection, id: string): Promise<LockedOrder | null> {
  const { orders, unknown } = await lockOrders(tx, [id]);
  if (unknown.has(id)) throw new UnknownStatusError();
  return orders.get(id) ?? null;
}

function toLockedOrder(row: Row, status: OrderStatus): LockedOrder {
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
export function toState(order: LockedOrder, payment: PaymentState): OrderState {
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
