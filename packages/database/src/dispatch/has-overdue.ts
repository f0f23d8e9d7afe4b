import type { Database } from '../client.ts';

/**
 * Whether any order should have been looked at more than so long ago. One look into an index; as
 * EXISTS it would be planned as a scan of the table, in the hope of soon meeting one.
 */
export async function hasOverdue(database: Database, graceMs: number): Promise<boolean> {
  const rows = await database.prisma.$queryRaw<{ overdue: boolean }[]>`
    SELECT COALESCE(min(next_check_at) < now() - ${graceMs} * interval '1 millisecond', false) AS overdue
      FROM orders`;
  return rows[0]?.overdue ?? false;
}
