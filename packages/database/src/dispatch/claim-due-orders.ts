import { PRODUCTION_RETRY_POLICY } from '@orders/domain/retry-policy';
import type { Database } from '../client.ts';
import type { OrderRun } from '../orders/begin-orders.ts';
import { plainArray, textArray } from '../sql-array.ts';

/** The longest time between two looks at an order that is waiting in a long line. */
const MAX_LEASE_MS = 900_000;

/**
 * Claims orders whose next check is due, oldest due first, and pushes it ahead as a lease: of many
 * sweepers each order is claimed by one (SKIP LOCKED), and if that one dies the order is due again
 * when the lease ends. One statement, no transaction stays open; zero rows mean nothing is due.
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
         SET next_check_at = now() + ${leaseMs} * interval '1 millisecond'
        FROM due
       WHERE o.id = due.id
      RETURNING o.id, o.dispatch, o.created_at
    )
    SELECT id, dispatch FROM claimed ORDER BY created_at, id`;
  return rows.map((row) => ({ orderId: row.id, dispatch: row.dispatch }));
}

/**
 * Lets the leases of claimed orders, whose jobs are in Redis by now, grow with the time since they
 * last changed: a long backlog is not swept over and over. Not when they are claimed, since until
 * their jobs are there nobody else would look after them.
 */
export async function extendLeases(
  database: Database,
  claimed: readonly OrderRun[],
  leaseMs: number = PRODUCTION_RETRY_POLICY.leaseMs,
): Promise<void> {
  await database.prisma.$executeRaw`
    UPDATE orders
       SET next_check_at = now() + LEAST(now() - updated_at, ${MAX_LEASE_MS} * interval '1 millisecond')
     WHERE id IN (
           SELECT o.id
             FROM unnest(
                    ${textArray(claimed.map(({ orderId }) => orderId))}::uuid[],
                    ${plainArray(claimed.map(({ dispatch }) => dispatch))}::int[]
                  ) AS c(id, dispatch)
             JOIN orders o ON o.id = c.id AND o.dispatch = c.dispatch
            WHERE o.next_check_at > now()
              AND o.next_check_at < now() + (now() - o.updated_at)
              AND now() - o.updated_at > ${leaseMs} * interval '1 millisecond'
            ORDER BY o.id
              FOR NO KEY UPDATE OF o SKIP LOCKED)`;
}
