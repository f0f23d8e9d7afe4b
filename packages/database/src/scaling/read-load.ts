import type { Database } from '../client.ts';
import { HEARTBEAT_SECONDS } from './record-heartbeat.ts';

/** How much there is to do and how fast it is done, as PostgreSQL knows it. */
export interface OrderLoad {
  /** Orders that no worker has picked up. */
  readonly pending: number;
  readonly backordered: number;
  /** Orders whose stock is held, and those being cancelled. */
  readonly underWay: number;
  /** Age of the pending order that was placed first; null when none is pending. */
  readonly oldestPendingSeconds: number | null;
  /** Over the last minute, or since the last sample before it. */
  readonly arrivalPerSecond: number;
  /** Orders that came to rest. */
  readonly completionPerSecond: number;
  /** Seen in the last 15 s. */
  readonly workers: number;
}

interface Row {
  readonly pending: bigint;
  readonly backordered: bigint;
  readonly under_way: bigint;
  readonly oldest_seconds: number | null;
  readonly placed: bigint | null;
  readonly finished: bigint | null;
  readonly seconds: number | null;
  readonly workers: number;
}

/**
 * One statement, a few rows of small tables and one look into an index, however many orders there
 * are. Rates are the difference between the counters now and a sample of about a minute ago, so
 * they hold when nobody samples any more.
 */
export async function readLoad(database: Database): Promise<OrderLoad> {
  const rows = await database.prisma.$queryRaw<Row[]>`
    WITH counted AS (
      SELECT sum(pending)::bigint AS pending, sum(backordered)::bigint AS backordered,
             sum(reserved + cancelling)::bigint AS under_way,
             sum(pending + backordered + reserved + cancelling)::bigint AS open,
             sum(completed + rejected + cancelled + failed)::bigint AS finished
        FROM order_counters
    ), past AS (
      (SELECT at, placed, finished FROM order_samples
        WHERE at BETWEEN now() - interval '1 minute' AND now() - interval '2 seconds'
        ORDER BY at LIMIT 1)
      UNION ALL
      (SELECT at, placed, finished FROM order_samples
        WHERE at < now() - interval '1 minute'
        ORDER BY at DESC LIMIT 1)
      LIMIT 1
    )
    SELECT counted.pending, counted.backordered, counted.under_way,
           (SELECT extract(epoch FROM now() - created_at)::float8 FROM orders
             WHERE status = 'pending' ORDER BY created_at, id LIMIT 1) AS oldest_seconds,
           counted.open + counted.finished - past.placed AS placed,
           counted.finished - past.finished AS finished,
           extract(epoch FROM now() - past.at)::float8 AS seconds,
           (SELECT count(*)::int FROM worker_heartbeats
             WHERE seen_at > now() - make_interval(secs => ${HEARTBEAT_SECONDS}::double precision)) AS workers
      FROM counted LEFT JOIN past ON true`;
  const [row] = rows;
  if (row === undefined) throw new Error('an aggregate without a row');
  return {
    pending: Number(row.pending),
    backordered: Number(row.backordered),
    underWay: Number(row.under_way),
    oldestPendingSeconds: row.oldest_seconds,
    arrivalPerSecond: toRate(row.placed, row.seconds),
    completionPerSecond: toRate(row.finished, row.seconds),
    workers: row.workers,
  };
}

/** Never negative, though a redriven order leaves its rest again. */
function toRate(difference: bigint | null, seconds: number | null): number {
  return difference === null || seconds === null ? 0 : Math.max(0, Number(difference) / seconds);
}
