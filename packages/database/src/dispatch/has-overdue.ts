import type { Database } from '../client.ts';

/** Whether any order should have been looked at more than so long ago. One look into an index. */
export async function hasOverdue(database: Database, graceMs: number): Promise<boolean> {
  const rows = await database.prisma.$queryRaw<{ overdue: boolean }[]>`
    SELECT EXISTS (SELECT FROM orders
                    WHERE next_check_at < now() - ${graceMs} * interval '1 millisecond') AS overdue`;
  return rows[0]?.overdue ?? false;
}
