import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../client.ts';
import { inTransaction } from '../transaction.ts';
import { toWarehouseSync, type WarehouseSync } from './warehouse-sync.ts';

export interface WarehouseSyncRequest {
  /** Changes nothing anywhere, but reports what would change. */
  readonly dryRun: boolean;
  /** Believes the feed, even if it is older, empty, or changes a third of the catalogue. */
  readonly force: boolean;
  readonly actor: string;
}

export interface RequestedSync {
  /** `waiting`: somebody asked for the very same before and it has not begun, so this is that one. */
  readonly kind: 'requested' | 'waiting';
  readonly sync: WarehouseSync;
}

/** Any number that nothing else locks by. */
const REQUEST_LOCK = 7_349_022_881n;

/**
 * Asks for a run at the next possible moment. One that is running does not answer a new request:
 * its snapshot may be older than what the operator wants to see. One that waits does, if it has the
 * same settings, so that never more than four wait, however often is asked. Requests take turns by
 * an advisory transaction lock: of many at once one makes the row and the others find it.
 */
export async function requestWarehouseSync(
  database: Database,
  { dryRun, force, actor }: WarehouseSyncRequest,
): Promise<RequestedSync> {
  return inTransaction(database, async (tx) => {
    await tx.$queryRaw`SELECT count(pg_advisory_xact_lock(${REQUEST_LOCK}))`;
    const waiting = await tx.warehouseSync.findFirst({
      where: { state: 'requested', dryRun, force },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    });
    if (waiting !== null) return { kind: 'waiting', sync: toWarehouseSync(waiting) };
    const row = await tx.warehouseSync.create({
      data: { id: uuidv7(), state: 'requested', actor, dryRun, force },
    });
    return { kind: 'requested', sync: toWarehouseSync(row) };
  });
}
