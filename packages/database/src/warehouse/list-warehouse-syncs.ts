import type { Database } from '../client.ts';
import { toWarehouseSync, type WarehouseSync } from './warehouse-sync.ts';

/** The last run of a page; the next page begins behind it. */
export interface WarehouseSyncPosition {
  readonly createdAt: Date;
  readonly id: string;
}

/** A page of the runs, newest first, by keyset on (created_at, id). */
export async function listWarehouseSyncs(
  database: Database,
  limit: number,
  after: WarehouseSyncPosition | null = null,
): Promise<WarehouseSync[]> {
  const rows = await database.prisma.warehouseSync.findMany({
    where:
      after === null
        ? {}
        : {
            createdAt: { lte: after.createdAt },
            OR: [
              { createdAt: { lt: after.createdAt } },
              { createdAt: after.createdAt, id: { lt: after.id } },
            ],
          },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: limit,
  });
  return rows.map(toWarehouseSync);
}
