import type { Sent } from '../load/send-orders.ts';
import { onDatabase } from '../stage/on-database.ts';
import type { Site } from '../stage/open-site.ts';

export interface Outcome {
  /** From when the order was due to its answer. */
  readonly acceptedMs: number;
  /** From when the order was due to the COMMIT that completed it; null when it is not completed. */
  readonly completedMs: number | null;
}

/**
 * Follows orders that were sent to their end. The time of a COMMIT is PostgreSQL's own record of it
 * (`track_commit_timestamp`): `completed_at` is some milliseconds earlier, nobody can see it then.
 */
export async function readOutcomes(site: Site, sent: readonly Sent[]): Promise<Outcome[]> {
  const keys = sent.map(({ key }) => key);
  const committed = await onDatabase(site.databaseUrl, async (client) => {
    const { rows } = await client.query<{ key: string; at_ms: number }>(
      `SELECT idempotency_key AS key,
              (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000)::float8 AS at_ms
         FROM orders WHERE idempotency_key = ANY($1) AND status = 'completed'`,
      [keys],
    );
    return new Map(rows.map((row) => [row.key, row.at_ms]));
  });
  return sent.map(({ key, dueMs, answeredMs }) => {
    const atMs = committed.get(key);
    return {
      acceptedMs: answeredMs - dueMs,
      completedMs: atMs === undefined ? null : atMs - dueMs,
    };
  });
}
