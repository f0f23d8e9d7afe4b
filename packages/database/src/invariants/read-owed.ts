import type { Connection } from '../client.ts';

/** What an order says about money: the database's half of I3. */
export interface OwedRow {
  readonly id: string;
  readonly status: string;
  readonly totalMinor: bigint;
  readonly currency: string;
  /** A refund is committed and not yet done: the order is at rest, its money is not. */
  readonly refundOpen: boolean;
}

/**
 * I3, the database's half: a page of orders by id, from after `after` (null: from the first). The
 * other half is the provider's ledger, fetched after the snapshot has ended. A keyset, so that a
 * million orders are read in bounded memory per page. Zero rows: there are no more orders.
 */
export function readOwed(
  snapshot: Connection,
  after: string | null,
  limit: number,
): Promise<OwedRow[]> {
  const from = after ?? '00000000-0000-0000-0000-000000000000';
  return snapshot.$queryRaw<OwedRow[]>`
    SELECT o.id, o.status, o.total_minor AS "totalMinor", o.currency,
           EXISTS (SELECT 1 FROM refunds r
                    WHERE r.order_id = o.id AND r.refunded_at IS NULL) AS "refundOpen"
      FROM orders o
     WHERE o.id > ${from}::uuid
     ORDER BY o.id
     LIMIT ${limit}`;
}
