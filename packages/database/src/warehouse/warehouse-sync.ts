import type { WarehouseSync as Row } from '../generated/client.ts';

export type WarehouseSyncState = 'requested' | 'running' | 'completed' | 'stopped' | 'failed';

/** One run of the sync with the warehouse, as operators see it. Dates are RFC 3339, UTC. */
export interface WarehouseSync {
  readonly id: string;
  /** `stopped`: the feed was not believed and nothing was applied; `force` applies it. */
  readonly state: WarehouseSyncState;
  /** Who asked for it; `system` for the schedule. */
  readonly actor: string;
  readonly dryRun: boolean;
  readonly force: boolean;
  /** The snapshot's number and moment; null until one is read. */
  readonly sequence: number | null;
  readonly asOf: string | null;
  readonly rowsSeen: number;
  /** SKUs that were changed, or that a dry run would have changed. */
  readonly rowsChanged: number;
  readonly rowsUnknown: number;
  readonly rowsBad: number;
  /** Why it failed or stopped. */
  readonly error: string | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

export function toWarehouseSync(row: Row): WarehouseSync {
  return {
    id: row.id,
    state: toState(row.state),
    actor: row.actor,
    dryRun: row.dryRun,
    force: row.force,
    sequence: row.sequence === null ? null : Number(row.sequence),
    asOf: row.asOf?.toISOString() ?? null,
    rowsSeen: row.rowsSeen,
    rowsChanged: row.rowsChanged,
    rowsUnknown: row.rowsUnknown,
    rowsBad: row.rowsBad,
    error: row.error,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}

function toState(state: string): WarehouseSyncState {
  switch (state) {
    case 'requested':
    case 'running':
    case 'completed':
    case 'stopped':
    case 'failed':
      return state;
    default:
      throw new Error(`unknown state of a warehouse sync: ${state}`);
  }
}
