import type { RowReport } from '@orders/domain/warehouse/row-report';
import type { Database } from '../client.ts';
import { toWarehouseSync, type WarehouseSync } from './warehouse-sync.ts';

export interface WarehouseSyncDetails extends WarehouseSync {
  /** In the order of the feed. */
  readonly rows: readonly RowReport[];
}

/**
 * A run with at most `limit` of its reported rows, from behind row `afterRow` (0: from the first).
 * Null when there is no such run.
 */
export async function readWarehouseSync(
  database: Database,
  id: string,
  limit: number,
  afterRow = 0,
): Promise<WarehouseSyncDetails | null> {
  const sync = await database.prisma.warehouseSync.findUnique({
    where: { id },
    include: { rows: { where: { n: { gt: afterRow } }, orderBy: { n: 'asc' }, take: limit } },
  });
  if (sync === null) return null;
  const rows = sync.rows.map(({ n, outcome, sku, before, after, detail }) => ({
    n,
    outcome: toOutcome(outcome),
    sku,
    before: before === null ? null : Number(before),
    after: after === null ? null : Number(after),
    detail,
  }));
  return { ...toWarehouseSync(sync), rows };
}

function toOutcome(outcome: string): RowReport['outcome'] {
  if (outcome === 'changed' || outcome === 'unknown' || outcome === 'bad') return outcome;
  throw new Error(`unknown outcome of a warehouse row: ${outcome}`);
}
