import type { RowReport } from '@orders/domain/warehouse/row-report';
import type { Connection, Database } from '../client.ts';
import { inTransaction } from '../transaction.ts';
import { lockLease } from './lock-lease.ts';

export interface StockReport {
  readonly syncId: string;
  readonly fence: bigint;
  readonly reports: readonly RowReport[];
}

/**
 * Writes what a run has to say of rows that it does not apply: bad and unknown ones, and those that
 * a dry run would change. False: another has claimed since, and nothing was written.
 */
export async function reportStockRows(
  database: Database,
  { syncId, fence, reports }: StockReport,
): Promise<boolean> {
  return inTransaction(database, async (tx) => {
    if (!(await lockLease(tx, fence))) return false;
    await insertReports(tx, syncId, reports);
    return true;
  });
}

/** A row that was reported before is left as it is: the first report saw what was there before. */
export async function insertReports(
  tx: Connection,
  syncId: string,
  reports: readonly RowReport[],
): Promise<void> {
  if (reports.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO warehouse_sync_rows (sync_id, n, outcome, sku, before, after, detail)
    SELECT ${syncId}::uuid, r.*
      FROM unnest(${reports.map(({ n }) => n)}::int[],
                  ${reports.map(({ outcome }) => outcome)}::text[],
                  ${reports.map(({ sku }) => sku)}::text[],
                  ${reports.map(({ before }) => before)}::bigint[],
                  ${reports.map(({ after }) => after)}::bigint[],
                  ${reports.map(({ detail }) => detail)}::text[]) AS r
        ON CONFLICT (sync_id, n) DO NOTHING`;
}
