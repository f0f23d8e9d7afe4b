import { v7 as uuidv7 } from 'uuid';
import type { Connection, Database } from '../client.ts';
import { inTransaction } from '../transaction.ts';

export interface WarehouseClaim {
  /** Who claims, for people who look. */
  readonly holder: string;
  /** After so long without a renewal another may claim. */
  readonly leaseMs: number;
  /** From the end of a run to the next scheduled one; null: only on demand. */
  readonly intervalMs: number | null;
}

/** A run that is ours for as long as nobody has a higher fence. */
export interface WarehouseRun {
  readonly syncId: string;
  readonly fence: bigint;
  readonly actor: string;
  readonly dryRun: boolean;
  readonly force: boolean;
  /** Number of the newest snapshot that was applied; 0: none. */
  readonly lastSequence: number;
}

/** A run that failed, or whose worker died, is followed by another after this. */
const RETRY_MS = 60_000;

/**
 * Claims a run: the oldest that was asked for, else one by the schedule when it is due; null when
 * there is none, or another worker is at it. One at a time: under the lock of the lease's row,
 * which a busy page holds as well and which is then skipped, and with a fence that only rises.
 *
 * A run whose lease has expired is marked failed here. Its worker may only be frozen: whatever it
 * does later carries the old fence and is refused.
 */
export async function claimWarehouseRun(
  database: Database,
  claim: WarehouseClaim,
): Promise<WarehouseRun | null> {
  return inTransaction(
    database,
    async (tx) => {
      const lease = await lockFreeLease(tx, claim);
      if (lease === null) return null;
      await failDeadRuns(tx);
      const fence = lease.fence + 1n;
      const isDue = claim.intervalMs !== null && lease.due;
      const run =
        (await beginRequested(tx, fence)) ?? (isDue ? await beginScheduled(tx, fence) : null);
      await takeLease(tx, claim, fence, run);
      return run === null ? null : { ...run, fence, lastSequence: Number(lease.last_sequence) };
    },
    { step: 'sync-claim', orderIds: [] },
  );
}

interface FreeLease {
  readonly fence: bigint;
  readonly last_sequence: bigint;
  readonly due: boolean;
}

/**
 * Locks the lease if it is free and there is something to do: a request, a due run, or a dead one
 * to be cleared away. Zero rows: nothing to do, or another holds or is just taking it.
 */
async function lockFreeLease(
  tx: Connection,
  { intervalMs }: WarehouseClaim,
): Promise<FreeLease | null> {
  const rows = await tx.$queryRaw<FreeLease[]>`
    SELECT fence, last_sequence, next_run_at <= statement_timestamp() AS due
      FROM warehouse_lease
     WHERE id = 1
       AND (holder IS NULL OR expires_at <= statement_timestamp())
       AND (holder IS NOT NULL
            OR (${intervalMs !== null} AND next_run_at <= statement_timestamp())
            OR EXISTS (SELECT FROM warehouse_syncs WHERE state = 'requested'))
       FOR NO KEY UPDATE SKIP LOCKED`;
  return rows[0] ?? null;
}

/** Under the lease's lock, and free: whatever still says that it runs has lost its worker. */
async function failDeadRuns(tx: Connection): Promise<void> {
  await tx.$executeRaw`
    UPDATE warehouse_syncs s
       SET state = 'failed', finished_at = statement_timestamp(),
           error = 'its worker died or stood still, and another took over',
           rows_changed = (SELECT count(*) FROM warehouse_sync_rows r
                            WHERE r.sync_id = s.id AND r.outcome = 'changed')
     WHERE state = 'running'`;
}

interface BegunRun {
  readonly syncId: string;
  readonly actor: string;
  readonly dryRun: boolean;
  readonly force: boolean;
}

/** Under the lease's lock, so nobody else begins it. Zero rows: nothing was asked for. */
async function beginRequested(tx: Connection, fence: bigint): Promise<BegunRun | null> {
  const rows = await tx.$queryRaw<BegunRun[]>`
    UPDATE warehouse_syncs
       SET state = 'running', fence = ${fence}, started_at = statement_timestamp()
     WHERE id = (SELECT id FROM warehouse_syncs
                  WHERE state = 'requested' ORDER BY created_at, id LIMIT 1)
    RETURNING id::text AS "syncId", actor, dry_run AS "dryRun", force`;
  return rows[0] ?? null;
}

async function beginScheduled(tx: Connection, fence: bigint): Promise<BegunRun> {
  const run = { syncId: uuidv7(), actor: 'system', dryRun: false, force: false };
  await tx.$executeRaw`
    INSERT INTO warehouse_syncs (id, state, actor, dry_run, force, fence, created_at, started_at)
    VALUES (${run.syncId}::uuid, 'running', ${run.actor}, false, false, ${fence},
            statement_timestamp(), statement_timestamp())`;
  return run;
}

/**
 * Raises the fence and begins the lease, or leaves it free when there is no run. The next run is
 * planned already, in case that this one's worker dies; its end plans it anew.
 */
async function takeLease(
  tx: Connection,
  { holder, leaseMs, intervalMs }: WarehouseClaim,
  fence: bigint,
  run: BegunRun | null,
): Promise<void> {
  const holds = run !== null;
  const retryMs = Math.min(intervalMs ?? RETRY_MS, RETRY_MS);
  await tx.$executeRaw`
    UPDATE warehouse_lease
       SET fence = ${fence},
           holder = CASE WHEN ${holds} THEN ${holder} END,
           expires_at = CASE WHEN ${holds} THEN statement_timestamp() + ${leaseMs} * interval '1 millisecond' END,
           next_run_at = CASE WHEN ${holds && !run.dryRun} THEN statement_timestamp() + ${retryMs} * interval '1 millisecond'
                              ELSE next_run_at END
     WHERE id = 1`;
}
