import type { Database } from '../client.ts';

/**
 * For how many seconds the refund that has waited longest has done so; 0 when none is open. Reads
 * the whole table of refunds: not for every few seconds.
 */
export async function readOldestRefundSeconds({ prisma }: Database): Promise<number> {
  const [row] = await prisma.$queryRaw<{ seconds: number }[]>`
    SELECT COALESCE(extract(epoch FROM now() - min(created_at)), 0)::float8 AS seconds
      FROM refunds WHERE refunded_at IS NULL`;
  return row?.seconds ?? 0;
}
