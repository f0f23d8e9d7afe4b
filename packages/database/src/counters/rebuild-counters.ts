import type { Connection, Database } from '../client.ts';
import { REPAIR_SHARD } from './counter-shard.ts';

/**
 * Makes the counters equal to the table by adding the difference to the repair shard. Difference
 * and table are computed by one statement, so by one snapshot: transitions that commit meanwhile
 * are in neither. Returns how far off each counter was; all zero when they were right.
 *
 * Reads the whole table: the database's `statementTimeoutMs` must allow for that.
 */
export async function rebuildCounters(database: Database): Promise<Record<string, number>> {
  return database.prisma.$transaction(
    async (tx) => {
      // In a statement before: of two rebuilds at once the second then sees the repair of the first,
      // instead of adding the same difference again.
      await tx.$queryRaw`
        SELECT shard FROM order_counters WHERE shard = ${REPAIR_SHARD} FOR NO KEY UPDATE`;
      return repair(tx);
    },
    { maxWait: 10_000, timeout: 900_000 },
  );
}

async function repair(tx: Connection): Promise<Record<string, number>> {
  const rows = await tx.$queryRaw<{ counter: string; off: bigint }[]>`
    WITH truth AS (
      SELECT status AS counter, count(*) AS n FROM orders GROUP BY status
      UNION ALL
      SELECT 'processing_ms', COALESCE(sum(round(extract(epoch FROM completed_at - processing_started_at) * 1000)), 0)
        FROM orders WHERE status = 'completed'
    ), shown AS (
      SELECT c.counter, sum(c.n) AS n
        FROM order_counters
       CROSS JOIN LATERAL (VALUES
             ('pending', pending), ('backordered', backordered), ('reserved', reserved),
             ('completed', completed), ('rejected', rejected), ('cancelling', cancelling),
             ('cancelled', cancelled), ('failed', failed), ('processing_ms', processing_ms)) AS c(counter, n)
       GROUP BY c.counter
    ), difference AS (
      SELECT shown.counter, (COALESCE(truth.n, 0) - shown.n)::bigint AS off
        FROM shown LEFT JOIN truth USING (counter)
    ), repaired AS (
      UPDATE order_counters
         SET pending = pending + (SELECT off FROM difference WHERE counter = 'pending'),
             backordered = backordered + (SELECT off FROM difference WHERE counter = 'backordered'),
             reserved = reserved + (SELECT off FROM difference WHERE counter = 'reserved'),
             completed = completed + (SELECT off FROM difference WHERE counter = 'completed'),
             rejected = rejected + (SELECT off FROM difference WHERE counter = 'rejected'),
             cancelling = cancelling + (SELECT off FROM difference WHERE counter = 'cancelling'),
             cancelled = cancelled + (SELECT off FROM difference WHERE counter = 'cancelled'),
             failed = failed + (SELECT off FROM difference WHERE counter = 'failed'),
             processing_ms = processing_ms + (SELECT off FROM difference WHERE counter = 'processing_ms')
       WHERE shard = ${REPAIR_SHARD}
    )
    SELECT counter, off FROM difference ORDER BY counter`;
  return Object.fromEntries(rows.map(({ counter, off }) => [counter, Number(off)]));
}
