import type { Connection } from '../client.ts';
import { type Finding, MAX_FINDINGS } from './violation.ts';

/**
 * I6: exactly one open dead letter per `failed` order, none for others. Both are written by one
 * transaction, so one snapshot never sees the one without the other. Zero rows: they agree.
 */
export function findDeadLetterViolations(snapshot: Connection): Promise<Finding[]> {
  return snapshot.$queryRaw<Finding[]>`
    WITH open AS (
      SELECT order_id, count(*) AS letters FROM dead_letters WHERE state = 'open' GROUP BY order_id
    )
    SELECT o.id::text AS subject,
           format('is %s with %s open dead letters', o.status, coalesce(open.letters, 0)) AS detail
      FROM orders o
      LEFT JOIN open ON open.order_id = o.id
     WHERE coalesce(open.letters, 0) <> CASE o.status WHEN 'failed' THEN 1 ELSE 0 END
     ORDER BY o.id
     LIMIT ${MAX_FINDINGS}`;
}
