import { FAILURE_BACKOFF } from '@orders/domain/retry-policy';
import type { Database } from '../client.ts';
import { plainArray, textArray } from '../sql-array.ts';
import { inTransaction } from '../transaction.ts';
import type { OrderRun } from './begin-orders.ts';

/** A run that is to begin again. */
export interface PostponedRun extends OrderRun {
  /** In how many milliseconds; null: by backoff, about as long as the order has not changed. */
  readonly delayMs: number | null;
}

/**
 * Plans the next runs of orders after runs that came to nothing: a new dispatch each, which the
 * sweeper finds when its time has come. The time is PostgreSQL's alone: a job that Redis delays
 * waits by the clock of the worker that delayed it, so one that ran ahead and died would leave its
 * orders waiting for the whole error.
 *
 * An order that has moved on since, or has nothing left to do, stays as it is; so repeating is safe.
 */
export async function postponeRuns(
  database: Database,
  runs: readonly PostponedRun[],
): Promise<void> {
  const ids = textArray(runs.map(({ orderId }) => orderId));
  const { baseMs, capMs } = FAILURE_BACKOFF;
  await inTransaction(
    database,
    (tx) => tx.$executeRaw`
    WITH run AS (
      SELECT * FROM unnest(${ids}::uuid[],
                           ${plainArray(runs.map(({ dispatch }) => dispatch))}::int[],
                           ${plainArray(runs.map(({ delayMs }) => (delayMs === null ? null : Math.round(delayMs))))}::int[])
           AS t(id, dispatch, delay_ms)
    ), locked AS MATERIALIZED (
      SELECT id FROM orders
       WHERE id = ANY(${ids}::uuid[])
       ORDER BY id
         FOR NO KEY UPDATE
    )
    UPDATE orders o
       SET dispatch = run.dispatch + 1,
           -- Doubles with each try that changed nothing; equal jitter, as in the retry policy.
           next_check_at = statement_timestamp() + interval '1 millisecond' * COALESCE(
             run.delay_ms,
             (0.5 + random() / 2) * LEAST(${capMs}::float8, ${baseMs}::float8 + GREATEST(0,
               extract(epoch FROM statement_timestamp() - o.updated_at) * 1000)))
      FROM run JOIN locked USING (id)
     -- IS TRUE keeps the plan on the ids, as an index on the time would not.
     WHERE o.id = run.id AND o.dispatch <= run.dispatch AND (o.next_check_at IS NOT NULL) IS TRUE`,
  );
}
