import type { Database } from '../client.ts';

/** How many orders have not come to rest, from the counters: O(1) whatever the size of the table. */
export async function countOpenOrders(database: Database): Promise<number> {
  const rows = await database.prisma.$queryRaw<{ open: bigint | null }[]>`
    SELECT sum(pending + backordered + reserved + cancelling)::bigint AS open FROM order_counters`;
  return Number(rows[0]?.open ?? 0);
}
