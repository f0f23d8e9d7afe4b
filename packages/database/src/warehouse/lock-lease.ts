import type { Connection } from '../client.ts';

/**
 * Holds the lease's row until the end of the transaction if this fence is still the newest: nobody
 * can claim before this transaction has ended, so nothing of it comes after a successor's work.
 * False (zero rows): another has claimed. It comes before the SKUs; nobody takes them the other
 * way round.
 */
export async function lockLease(tx: Connection, fence: bigint): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT id FROM warehouse_lease WHERE id = 1 AND fence = ${fence} FOR NO KEY UPDATE`;
  return rows.length === 1;
}
