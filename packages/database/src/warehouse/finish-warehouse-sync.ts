import { v7 as uuidv7 } from 'uuid';
import type { Connection, Database } from '../client.ts';
import { inTransaction } from '../transaction.ts';

export interface WarehouseSyncEnd {
  readonly syncId: string;
  readonly fence: bigint;
  readonly state: 'completed' | 'stopped' | 'failed';
  readonly error: string | null;
  /** The snapshot that was read to its end; null when none was. */
  readonly sequence: number | null;
  readonly rowsSeen: number;
  readonly rowsUnknown: number;
  readonly rowsBad: number;
  /** From here to the next scheduled run. A run that failed is followed by one earlier. */
  readonly intervalMs: number | null;
  /** Its worker was told to stop: the same is asked for again, for another worker to begin. */
  readonly startOver: boolean;
}

/**
 * Ends a run and gives the lease back, in one transaction and under the fence: a run that was taken
 * over has been ended by its successor. False (zero rows with this fence): it was, and nothing was
 * written. Changed rows are counted from what the run reported, so a page whose reply got lost and
 * which was then applied again is counted right.
 */
export async function finishWarehouseSync(
  database: Database,
  end: WarehouseSyncEnd,
): Promise<boolean> {
  return inTransaction(
    database,
    async (tx) => {
      const released = await releaseLease(tx, end);
      if (!released) return false;
      await endRun(tx, end);
      if (end.startOver) await askAgain(tx, end.syncId);
      return true;
    },
    { step: 'sync-finish', orderIds: [] },
  );
}

/** Only a real run that completed counts as a success, and makes its snapshot the newest. */
async function releaseLease(
  tx: Connection,
  { syncId, fence, state, sequence, intervalMs }: WarehouseSyncEnd,
): Promise<boolean> {
  const released = await tx.$executeRaw`
    UPDATE warehouse_lease l
       SET holder = NULL, expires_at = NULL,
           last_sequence = CASE WHEN ${state} = 'completed' AND NOT s.dry_run
                                THEN COALESCE(${sequence}::bigint, l.last_sequence) ELSE l.last_sequence END,
           last_success_at = CASE WHEN ${state} = 'completed' AND NOT s.dry_run
                                  THEN statement_timestamp() ELSE l.last_success_at END,
           next_run_at = CASE WHEN ${state} <> 'failed' AND NOT s.dry_run AND ${intervalMs !== null}
                              THEN statement_timestamp() + ${intervalMs ?? 0} * interval '1 millisecond'
                              ELSE l.next_run_at END
      FROM warehouse_syncs s
     WHERE l.id = 1 AND l.fence = ${fence}
       AND s.id = ${syncId}::uuid AND s.fence = ${fence} AND s.state = 'running'`;
  return released === 1;
}

async function endRun(tx: Connection, end: WarehouseSyncEnd): Promise<void> {
  await tx.$executeRaw`
    UPDATE warehouse_syncs s
       SET state = ${end.state}, error = ${end.error}, finished_at = statement_timestamp(),
           rows_seen = ${end.rowsSeen}, rows_unknown = ${end.rowsUnknown}, rows_bad = ${end.rowsBad},
           rows_changed = (SELECT count(*) FROM warehouse_sync_rows r
                            WHERE r.sync_id = s.id AND r.outcome = 'changed')
     WHERE id = ${end.syncId}::uuid`;
}

async function askAgain(tx: Connection, syncId: string): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO warehouse_syncs (id, state, actor, dry_run, force, created_at)
    SELECT ${uuidv7()}::uuid, 'requested', actor, dry_run, force, statement_timestamp()
      FROM warehouse_syncs WHERE id = ${syncId}::uuid`;
}
