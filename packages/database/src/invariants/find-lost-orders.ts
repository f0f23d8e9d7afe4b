import type { Connection } from '../client.ts';
import type { Finding } from './violation.ts';

/** An order that a client was told is accepted. */
export interface Acknowledged {
  readonly id: string;
  readonly key: string | null;
  readonly customerId: string | null;
}

/**
 * I1, first half: acknowledged orders that do not exist, or not as they were acknowledged. One
 * that stands under another key or customer means that a key made two orders, since an order
 * keeps both for ever. A batch of some thousands at a time; the order of the batch is kept.
 * Zero rows: all of them are there.
 */
export function findLostOrders(
  snapshot: Connection,
  acknowledged: readonly Acknowledged[],
): Promise<Finding[]> {
  const ids = acknowledged.map(({ id }) => id);
  // '' stands for "not said": neither a key nor a customer can be empty.
  const keys = acknowledged.map(({ key }) => key ?? '');
  const customers = acknowledged.map(({ customerId }) => customerId ?? '');
  return snapshot.$queryRaw<Finding[]>`
    SELECT a.id::text AS subject,
           CASE WHEN o.id IS NULL THEN 'was acknowledged but does not exist'
                ELSE format('was acknowledged with key %L for customer %L, but has key %L and customer %L',
                            a.key, a.customer, o.idempotency_key, o.customer_id)
           END AS detail
      FROM unnest(${ids}::uuid[], ${keys}::text[], ${customers}::text[])
           WITH ORDINALITY AS a (id, key, customer, place)
      LEFT JOIN orders o ON o.id = a.id
     WHERE o.id IS NULL
        OR (a.key <> '' AND o.idempotency_key IS DISTINCT FROM a.key)
        OR (a.customer <> '' AND o.customer_id <> a.customer)
     ORDER BY a.place`;
}
