import type { Database } from '../client.ts';

export interface SeenSnapshot {
  readonly syncId: string;
  readonly fence: bigint;
  readonly sequence: number;
  /** As the warehouse's clock says. */
  readonly asOf: Date;
}

/**
 * Notes which snapshot a run has begun to read, and returns the moment to compare manual movements
 * with: the snapshot's, or now if its clock is ahead, since movements from here on cannot be in it.
 * Null: another has claimed since (no row with this fence is running), and nothing was noted.
 */
export async function noteSnapshot(
  database: Database,
  { syncId, fence, sequence, asOf }: SeenSnapshot,
): Promise<Date | null> {
  const rows = await database.prisma.$queryRaw<{ as_of: Date }[]>`
    UPDATE warehouse_syncs
       SET sequence = ${BigInt(sequence)}, as_of = LEAST(${asOf}::timestamptz, statement_timestamp())
     WHERE id = ${syncId}::uuid AND state = 'running' AND fence = ${fence}
    RETURNING as_of`;
  return rows[0]?.as_of ?? null;
}
