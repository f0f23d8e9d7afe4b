import { ORDER_STATUSES, TRANSITIONS } from '@orders/domain/order-status';
import type { Connection } from '../client.ts';
import { type Finding, MAX_FINDINGS } from './violation.ts';

/** `pending>reserved` and so on; an event may also leave the status as it is. */
const LEGAL_STEPS = ORDER_STATUSES.flatMap((from) =>
  [from, ...TRANSITIONS[from]].map((to) => `${from}>${to}`),
);

/**
 * I4: each order's log begins when it is placed, has no gap, takes only steps of the transition
 * table, and ends in the order's status and version. One pass over the log in the order of its
 * primary key; the first thing wrong with an order is reported. Zero rows: every log is whole.
 */
export function findLogViolations(snapshot: Connection): Promise<Finding[]> {
  return snapshot.$queryRaw<Finding[]>`
    WITH steps AS (
      SELECT order_id, seq, from_status, to_status,
             lag(seq) OVER log AS previous_seq,
             lag(to_status) OVER log AS previous_to,
             lead(seq) OVER log IS NULL AS is_last
        FROM order_events
      WINDOW log AS (PARTITION BY order_id ORDER BY seq)
    ), judged AS (
      SELECT s.order_id, s.seq,
             CASE WHEN s.previous_seq IS NULL AND s.seq <> 1
                  THEN format('the log begins with event %s', s.seq)
                  WHEN s.previous_seq IS NULL AND (s.from_status IS NOT NULL OR s.to_status <> 'pending')
                  THEN format('the log begins %s to %s', coalesce(s.from_status, 'new'), s.to_status)
                  WHEN s.seq <> s.previous_seq + 1
                  THEN format('event %s is followed by event %s', s.previous_seq, s.seq)
                  WHEN s.from_status IS DISTINCT FROM s.previous_to
                  THEN format('event %s leaves %s, but event %s led to %s', s.seq, coalesce(s.from_status, 'nothing'), s.previous_seq, s.previous_to)
                  WHEN s.previous_seq IS NOT NULL AND s.from_status || '>' || s.to_status <> ALL(${LEGAL_STEPS}::text[])
                  THEN format('event %s goes from %s to %s, which is not a legal step', s.seq, s.from_status, s.to_status)
                  WHEN s.is_last AND o.status <> s.to_status
                  THEN format('the log ends in %s, but the order is %s', s.to_status, o.status)
                  WHEN s.is_last AND o.version <> s.seq
                  THEN format('the log ends with event %s, but the order has version %s', s.seq, o.version)
             END AS detail
        FROM steps s
        LEFT JOIN orders o ON s.is_last AND o.id = s.order_id
    ), found AS (
      SELECT DISTINCT ON (order_id) order_id, detail
        FROM judged
       WHERE detail IS NOT NULL
       ORDER BY order_id, seq
    )
    SELECT order_id::text AS subject, detail FROM found
     UNION ALL
    SELECT o.id::text, 'has no log'
      FROM orders o
     WHERE NOT EXISTS (SELECT 1 FROM order_events e WHERE e.order_id = o.id)
     ORDER BY subject
     LIMIT ${MAX_FINDINGS}`;
}
