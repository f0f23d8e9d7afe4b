import { hash } from 'node:crypto';
import type { Connection } from '../client.ts';
import { Prisma } from '../generated/client.ts';
import { textArray } from '../sql-array.ts';

/** What a guard stands for: a customer's basket. */
interface Guarded {
  readonly customerId: string;
  readonly fingerprint: string;
  readonly allowDuplicate: boolean;
}

/**
 * Makes equal baskets of a customer take turns until the end of the transaction, so that the
 * look-up which follows (in a statement of its own) sees what the one before has committed.
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

/** The statement of {@link lockGuards}, for those that do more than that. One row, with the count. */
export function takeGuards(orders: readonly Guarded[]): Prisma.Sql {
  const guards = new Set<bigint>();
  for (const order of orders) if (!order.allowDuplicate) guards.add(guardOf(order));
  const sorted = Array.from(guards).sort((a, b) => (a < b ? -1 : 1));
  // Executed in the order of the array; the count keeps the result to one row.
  return Prisma.sql`
    SELECT count(pg_advisory_xact_lock(guard)) AS guards
      FROM unnest(${textArray(sorted.map(String))}::bigint[]) AS guard`;
}

function guardOf({ customerId, fingerprint }: Guarded): bigint {
  return hash('sha256', `${customerId}\n${fingerprint}`, 'buffer').readBigInt64BE(0);
}
