import type { Database } from '../client.ts';

export interface StockHealth {
  /**
   * Since the last run that completed; before the first such run, since the first one was asked
   * for or begun; null when there never was one.
   */
  readonly secondsSinceLastSuccess: number | null;
  /** SKUs of which more is promised than is there. */
  readonly openShortfalls: number;
}

/** How fresh the stock is and how many SKUs are short, as of now. Two looks into small indexes. */
export async function readStockHealth(database: Database): Promise<StockHealth> {
  const rows = await database.prisma.$queryRaw<{ seconds: number | null; open: number }[]>`
    SELECT extract(epoch FROM statement_timestamp()
             - COALESCE(last_success_at, (SELECT min(created_at) FROM warehouse_syncs)))::float8 AS seconds,
           (SELECT count(*)::int FROM stock_shortfalls WHERE closed_at IS NULL) AS open
      FROM warehouse_lease WHERE id = 1`;
  const [row] = rows;
  return { secondsSinceLastSuccess: row?.seconds ?? null, openShortfalls: row?.open ?? 0 };
}
