import type { Connection } from '../client.ts';
import type { Finding } from './violation.ts';

/**
 * I7: the counters that metrics are shown from equal the counts in the table, and the summed
 * processing time equals that of the completed orders. Single shards may be negative, the sum is
 * exact since each transition writes its shard in its own transaction. Zero rows: they agree.
 */
export function findCounterViolations(snapshot: Connection): Promise<Finding[]> {
  return snapshot.$queryRaw<Finding[]>`
    WITH shown AS (
      SELECT coalesce(sum(pending), 0) AS pending, coalesce(sum(backordered), 0) AS backordered,
             coalesce(sum(reserved), 0) AS reserved, coalesce(sum(completed), 0) AS completed,
             coalesce(sum(rejected), 0) AS rejected, coalesce(sum(cancelling), 0) AS cancelling,
             coalesce(sum(cancelled), 0) AS cancelled, coalesce(sum(failed), 0) AS failed,
             coalesce(sum(processing_ms), 0) AS processing_ms
        FROM order_counters
    ), counted AS (
      SELECT count(*) FILTER (WHERE status = 'pending') AS pending,
             count(*) FILTER (WHERE status = 'backordered') AS backordered,
             count(*) FILTER (WHERE status = 'reserved') AS reserved,
             count(*) FILTER (WHERE status = 'completed') AS completed,
             count(*) FILTER (WHERE status = 'rejected') AS rejected,
             count(*) FILTER (WHERE status = 'cancelling') AS cancelling,
             count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
             count(*) FILTER (WHERE status = 'failed') AS failed,
             coalesce(round(sum(1000 * extract(epoch FROM completed_at - processing_started_at))
                            FILTER (WHERE status = 'completed')), 0) AS processing_ms
        FROM orders
    )
    SELECT pair.name AS subject,
           format('the counters say %s, the table has %s', pair.shown, pair.counted) AS detail
      FROM shown
     CROSS JOIN counted
     CROSS JOIN LATERAL (VALUES
           (1, 'pending', shown.pending, counted.pending),
           (2, 'backordered', shown.backordered, counted.backordered),
           (3, 'reserved', shown.reserved, counted.reserved),
           (4, 'completed', shown.completed, counted.completed),
           (5, 'rejected', shown.rejected, counted.rejected),
           (6, 'cancelling', shown.cancelling, counted.cancelling),
           (7, 'cancelled', shown.cancelled, counted.cancelled),
           (8, 'failed', shown.failed, counted.failed),
           (9, 'processing_ms', shown.processing_ms, counted.processing_ms)
           ) AS pair (place, name, shown, counted)
     WHERE pair.shown <> pair.counted
     ORDER BY pair.place`;
}
