import type { Connection } from '../client.ts';
import { type Finding, MAX_FINDINGS } from './violation.ts';

/**
 * I1, second half: an `Idempotency-Key` made more than one order of its customer. Read from the
 * table, not from the unique index that forbids it: the check must not trust what it checks.
 * Zero rows: no key was ever used twice.
 */
export function findRepeatedKeys(snapshot: Connection): Promise<Finding[]> {
  return snapshot.$queryRaw<Finding[]>`
    SELECT min(o.id::text) AS subject,
           format('customer %s got %s orders by key %s: %s', o.customer_id, count(*),
                  o.idempotency_key, string_agg(o.id::text, ', ' ORDER BY o.id)) AS detail
      FROM orders o
     WHERE o.idempotency_key IS NOT NULL
     GROUP BY o.customer_id, o.idempotency_key
    HAVING count(*) > 1
     ORDER BY 1
     LIMIT ${MAX_FINDINGS}`;
}
