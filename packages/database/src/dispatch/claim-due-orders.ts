import { PRODUCTION_RETRY_POLICY } from '@orders/domain/retry-policy';
import type { Database } from '../client.ts';
import type { OrderRun } from '../orders/begin-orders.ts';

/** The longest time between two looks at an order that is waiting in a long line. */
const MAX_LEASE_MS = 900_000;

/**
 * Claims orders whose next check is due, oldest due first, and pushes it ahead as a lease: of many
 * sweepers each order is claimed by one (SKIP LOCKED), and if that one dies the order is due again
 * when the lease ends. One statement, no transaction stays open; zero rows mean nothing is due.
 *
 * The lease grows with the time since the order last changed, so that a long backlog, whose jobs
 * are all in Redis already, is not swept over and over.
 */
export async function claimDueOrders(
  database: Database,
  limit: number,
  leaseMs: number = PRODUCTION_RETRY_POLICY.leaseMs,
): Promise<OrderRun[]> {
  const rows = await database.prisma.$queryRaw<{ id: string; dispatch: number }[]>`
    WITH due AS (
      SELECT id FROM orders
       WHERE next_check_at <= now()
       ORDER BY next_check_at, created_at, id
       LIMIT ${limit}
         FOR NO KEY UPDATE SKIP LOCKED
    ), claimed AS (
      UPDATE orders o
         SET next_check_at = now() + LEAST(
               GREATEST(now() - o.updated_at, ${leaseMs} * interval '1 millisecond'),
               ${MAX_LEASE_MS} * interval '1 millisecond')
        FROM due
       WHERE o.id = due.id
      RETURNING o.id, o.dispatch, o.created_at
    )
    SELECT id, dispatch FROM claimed ORDER BY created_at, id`;
  return rows.map((row) => ({ orderId: row.id, dispatch: row.dispatch }));
}
