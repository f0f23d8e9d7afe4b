import type { Connection } from '../client.ts';
import { type Finding, MAX_FINDINGS } from './violation.ts';

/** How long a check may be overdue while a sweeper lives: it ticks every second, but may be busy. */
const GRACE_SECONDS = 60;
/** A worker whose heartbeat is older than this is taken for dead. */
const HEARTBEAT_SECONDS = 15;

/**
 * I5: every order that is not terminal has a next check that is not overdue, or an open dead
 * letter; so has every order whose refund is not done. A check counts as overdue when a sweeper
 * has lived for the whole grace since it was due: with all workers dead nothing is silent, only
 * waiting. Where no worker ever left a heartbeat, one is taken to live. Zero rows: nothing is stuck.
 *
 * @param healed after faults and healing: nothing at all may be under way any more; only
 *   backordered orders and those in dead letters may wait
 */
export function findStuckOrders(snapshot: Connection, healed: boolean): Promise<Finding[]> {
  return snapshot.$queryRaw<Finding[]>`
    WITH sweeper AS (
      SELECT CASE WHEN count(*) = 0 THEN '-infinity'
                  ELSE min(started_at) FILTER (WHERE seen_at > now() - make_interval(secs => ${HEARTBEAT_SECONDS}))
             END AS since
        FROM worker_heartbeats
    ), candidates AS (
      SELECT id FROM orders
       WHERE status IN ('pending', 'backordered', 'reserved', 'cancelling', 'failed')
       UNION
      SELECT order_id FROM refunds WHERE refunded_at IS NULL
    ), waiting AS (
      SELECT o.id, o.status, o.next_check_at,
             greatest(o.next_check_at, sweeper.since) + make_interval(secs => ${GRACE_SECONDS}) < now()
               AND sweeper.since IS NOT NULL AS overdue,
             CASE WHEN EXISTS (SELECT 1 FROM refunds r
                                WHERE r.order_id = o.id AND r.refunded_at IS NULL)
                  THEN ' with a refund to be made' ELSE '' END AS refund,
             EXISTS (SELECT 1 FROM dead_letters d
                      WHERE d.order_id = o.id AND d.state = 'open') AS dead_letter
        FROM candidates c
        JOIN orders o ON o.id = c.id
       CROSS JOIN sweeper
    )
    SELECT id::text AS subject,
           CASE WHEN next_check_at IS NULL
                THEN format('is %s%s without a next check or an open dead letter', status, refund)
                WHEN overdue
                THEN format('is %s and its check is overdue by %s s', status,
                            round(extract(epoch FROM now() - next_check_at)))
                ELSE format('is still %s%s', status, refund)
           END AS detail
      FROM waiting
     WHERE NOT dead_letter
       AND (next_check_at IS NULL OR overdue OR (${healed} AND status NOT IN ('backordered', 'failed')))
     ORDER BY id
     LIMIT ${MAX_FINDINGS}`;
}
