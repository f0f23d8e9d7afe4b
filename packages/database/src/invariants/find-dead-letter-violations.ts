import type { Connection } from '../client.ts';
import { type Finding, MAX_FINDINGS } from './violation.ts';

/**
 * I6: exactly one open dead letter per `failed` order, none for others. Both are written by one
 * transaction, so one snapshot never sees the one without the other. Zero rows: they agree.
 */
export function findDeadLetterViolations(snapshot: Connection): Promise<Finding[]> {
  return snapshot.$queryRaw<Finding[]>`
    WITH failed AS (
      SELECT id FROM orders WHERE status = 'failed'
    ), open AS (
      SELECT order_id, count(*) AS letters FROM dead_letters WHERE state = 'open' GROUP BY order_id
    ), wrong AS (
      SELECT coalesce(failed.id, open.order_id) AS id, coalesce(open.letters, 0) AS letters
        FROM failed
        FULL JOIN open ON open.order_id = failed.id
       WHERE coalesce(open.letters, 0) <> CASE WHEN failed.id IS NULL THEN 0 ELSE 1 END
    )
    SELECT o.id::text AS subject, format('is %s with %s open dead letters', o.status, wrong.letters) AS detail
      FROM wrong
      JOIN orders o ON o.id = wrong.id
     ORDER BY o.id
     LIMIT ${MAX_FINDINGS}`;
}
