import type { Database } from '../client.ts';
import { textArray } from '../sql-array.ts';

/**
 * Makes open orders due at once, since the queue may not have them. Locks in order of id; orders
 * that a worker has locked are left out, since they are evidently being run. `IS TRUE` keeps the
 * plan on the ids: by the index on the time it would look through all open orders.
 */
export async function markDue(database: Database, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await database.prisma.$executeRaw`
    UPDATE orders SET next_check_at = now()
     WHERE id IN (
           SELECT id FROM orders
            WHERE id = ANY(${textArray(ids)}::uuid[]) AND (next_check_at > now()) IS TRUE
            ORDER BY id
              FOR NO KEY UPDATE SKIP LOCKED)`;
}
