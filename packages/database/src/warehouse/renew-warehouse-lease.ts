import type { Database } from '../client.ts';

/**
 * Keeps a claimed run ours for another `leaseMs`. False: another has claimed since, so whatever is
 * still done under this fence will be refused, and the run should end.
 */
export async function renewWarehouseLease(
  database: Database,
  fence: bigint,
  leaseMs: number,
): Promise<boolean> {
  const renewed = await database.prisma.$executeRaw`
    UPDATE warehouse_lease
       SET expires_at = statement_timestamp() + ${leaseMs} * interval '1 millisecond'
     WHERE id = 1 AND fence = ${fence}`;
  return renewed === 1;
}
