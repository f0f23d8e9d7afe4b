import type { Database } from '../client.ts';
import type { OrderRun } from './begin-orders.ts';
import { plainArray, textArray } from '../sql-array.ts';

/** A run that is to begin again, and in how many milliseconds. */
export interface PostponedRun extends OrderRun {
  readonly delayMs: number;
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
  await database.prisma.$executeRaw`
    WITH run AS (
      SELECT * FROM unnest(${textArray(runs.map(({ orderId }) => orderId))}::uuid[],
                           ${plainArray(runs.map(({ dispatch }) => dispatch))}::int[],
                           ${plainArray(runs.map(({ delayMs }) => Math.round(delayMs)))}::int[]) AS t(id, dispatch, delay_ms)
    ), locked AS MATERIALIZED (
      SELECT id FROM orders
       WHERE id = ANY(${textArray(runs.map(({ orderId }) => orderId))}::uuid[])
       ORDER BY id
         FOR NO KEY UPDATE
    )
    UPDATE orders o
       SET dispatch = run.dispatch + 1,
           next_check_at = statement_timestamp() + run.delay_ms * interval '1 millisecond'
      FROM run JOIN locked USING (id)
     -- IS TRUE keeps the plan on the ids, as an index on the time would not.
     WHERE o.id = run.id AND o.dispatch <= run.dispatch AND (o.next_check_at IS NOT NULL) IS TRUE`;
}
