import type { Connection } from '../client.ts';
import { Prisma } from '../generated/client.ts';
import { textArray, tokenArray } from '../sql-array.ts';

/** What a guard stands for: a customer's basket. */
interface Guarded {
  readonly customerId: string;
  readonly fingerprint: string;
  readonly allowDuplicate: boolean;
}

/**
 * Makes equal baskets of a customer take turns until the end of the transaction, so that a look-up
 * which follows sees what the one before has committed: in a statement of its own, or by a function
 * that is VOLATILE.
 *
 * Advisory transaction locks, taken in ascending order: two batches that want the same guards
 * never wait for each other in a circle. They are only locks; the orders are the truth. Two
 * baskets that share the 64 bits of a lock only wait for one another.
 */
export async function lockGuards(
  tx: Connection,
  orders: readonly Guarded[],
  windowIsOn: boolean,
): Promise<void> {
  if (!windowIsOn || orders.every(({ allowDuplicate }) => allowDuplicate)) return;
  await tx.$queryRaw(takeGuards(orders));
}

/**
 * The statement of {@link lockGuards}, for those that do more than that. One row, with their number. A
 * lock is the first 64 bits of SHA-256, the same in every version that runs beside this one.
 */
export function takeGuards(orders: readonly Guarded[]): Prisma.Sql {
  const guarded = orders.filter(({ allowDuplicate }) => !allowDuplicate);
  return Prisma.sql`
    SELECT count(pg_advisory_xact_lock(guard)) AS guards
      FROM (SELECT DISTINCT ('x' || encode(substr(sha256(convert_to(customer_id || chr(10) || fingerprint, 'UTF8')), 1, 8),
                                           'hex'))::bit(64)::bigint AS guard
              FROM unnest(${textArray(guarded.map(({ customerId }) => customerId))}::text[],
                          ${tokenArray(guarded.map(({ fingerprint }) => fingerprint))}::text[]) AS t(customer_id, fingerprint)
             ORDER BY guard) sorted`;
}
