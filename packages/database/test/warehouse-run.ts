import {
  type WarehouseClaim,
  type WarehouseRun,
  claimWarehouseRun,
} from '@orders/database/warehouse/claim-warehouse-run';
import {
  finishWarehouseSync,
  type WarehouseSyncEnd,
} from '@orders/database/warehouse/finish-warehouse-sync';
import type { TestDatabase } from './start-database.ts';

export const CLAIM: WarehouseClaim = { holder: 'test', leaseMs: 60_000, intervalMs: 300_000 };

/** Claims a scheduled run now, whoever held the lease before. */
export async function claimNow(
  database: TestDatabase,
  claim: Partial<WarehouseClaim> = {},
): Promise<WarehouseRun> {
  await database.sql(
    `UPDATE warehouse_lease SET next_run_at = now(), expires_at = now() - interval '1 second'`,
  );
  const run = await claimWarehouseRun(database, { ...CLAIM, ...claim });
  if (run === null) throw new Error('no run to claim');
  return run;
}

/** Ends a run: completed and without rows, unless told otherwise. */
export function finish(
  database: TestDatabase,
  { syncId, fence }: WarehouseRun,
  end: Partial<WarehouseSyncEnd> = {},
): Promise<boolean> {
  return finishWarehouseSync(database, {
    syncId,
    fence,
    state: 'completed',
    error: null,
    sequence: null,
    rowsSeen: 0,
    rowsUnknown: 0,
    rowsBad: 0,
    intervalMs: CLAIM.intervalMs,
    startOver: false,
    ...end,
  });
}

export interface LeaseRow {
  readonly fence: number;
  readonly holder: string | null;
  readonly last_sequence: number;
  readonly succeeded: boolean;
  /** Seconds from now. */
  readonly next: number;
}

export async function readLease({ sql }: TestDatabase): Promise<LeaseRow> {
  const [row] = await sql<LeaseRow>(
    `SELECT fence::int, holder, last_sequence::int, last_success_at IS NOT NULL AS succeeded,
            round(extract(epoch FROM next_run_at - now()))::int AS next
       FROM warehouse_lease`,
  );
  if (row === undefined) throw new Error('no lease');
  return row;
}
