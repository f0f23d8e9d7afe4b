import { type NumberedRow, reportBad } from '@orders/domain/warehouse/collect-feed';
import { decideStock } from '@orders/domain/warehouse/decide-stock';
import type { RowReport } from '@orders/domain/warehouse/row-report';
import type { Connection, Database } from '../client.ts';
import { lockStock } from '../inventory/lock-stock.ts';
import { trackShortfalls } from '../inventory/track-shortfalls.ts';
import { inTransaction } from '../transaction.ts';
import { lockLease } from './lock-lease.ts';
import { readKnownStock } from './read-known-stock.ts';
import { insertReports } from './report-stock-rows.ts';

/** Rows of one snapshot that differ from what is known. */
export interface StockPage {
  readonly syncId: string;
  readonly fence: bigint;
  readonly actor: string;
  readonly sequence: number;
  /** The moment that `noteSnapshot` returned. */
  readonly asOf: Date;
  /** Also when a newer snapshot was applied before. */
  readonly force: boolean;
  /** Each SKU once. */
  readonly rows: readonly NumberedRow[];
}

export type StockPageResult =
  | {
      readonly kind: 'applied';
      readonly changed: number;
      /** Some SKU has more units on hand than before: backordered orders may be served. */
      readonly raised: boolean;
    }
  /** Another has claimed since; nothing was applied. */
  | { readonly kind: 'fenced' }
  /** A newer snapshot was applied before; nothing was applied. */
  | { readonly kind: 'old-snapshot' };

/**
 * Sets the units on hand of a page's SKUs to what the warehouse counted, in one transaction: stock,
 * a movement with its balance for each change, shortfalls, and the run's report. `reserved` and
 * `sold` are never touched.
 *
 * Under the lease's lock and fence, then the SKUs' locks in their order; stock and movements are
 * read in a statement behind the locks, so no sale, reservation or adjustment comes between. The
 * new value is absolute: applying a page again, also after a reply to COMMIT that got lost, changes
 * nothing and writes nothing.
 */
export async function applyStockPage(
  database: Database,
  page: StockPage,
): Promise<StockPageResult> {
  return inTransaction(
    database,
    async (tx) => {
      if (!(await lockLease(tx, page.fence))) return { kind: 'fenced' };
      if (!(await raiseSequence(tx, page))) return { kind: 'old-snapshot' };
      const skus = page.rows.map(({ sku }) => sku);
      await lockStock(tx, skus);
      const known = await readKnownStock(tx, skus, page.asOf);
      const changes: StockChange[] = [];
      const reports: RowReport[] = [];
      for (const row of page.rows) {
        const { n, sku } = row;
        const decision = decideStock(row, known.get(sku));
        if (decision.kind === 'bad') reports.push(reportBad(n, sku, decision.detail));
        if (decision.kind !== 'changed') continue;
        const { before, after } = decision;
        changes.push({ sku, before, after });
        reports.push({ n, outcome: 'changed', sku, before, after, detail: null });
      }
      await changeStock(tx, page, changes);
      await trackShortfalls(
        tx,
        changes.map(({ sku }) => sku),
      );
      await insertReports(tx, page.syncId, reports);
      const raised = changes.some(({ before, after }) => after > before);
      return { kind: 'applied', changed: changes.length, raised };
    },
    { step: 'sync-apply', orderIds: [] },
  );
}

/**
 * Remembers the newest snapshot of which anything was applied, under the lease's lock. Zero rows:
 * a newer one was, and this one is not forced.
 */
async function raiseSequence(tx: Connection, page: StockPage): Promise<boolean> {
  const { fence, force } = page;
  const sequence = BigInt(page.sequence);
  const raised = await tx.$executeRaw`
    UPDATE warehouse_lease SET last_sequence = ${sequence}
     WHERE id = 1 AND fence = ${fence} AND (last_sequence <= ${sequence} OR ${force})`;
  return raised === 1;
}

interface StockChange {
  readonly sku: string;
  readonly before: number;
  readonly after: number;
}

/**
 * Writes the new units on hand and their movements in one statement, so that on hand equals the
 * sum of movements less what was sold before and after. Under the SKUs' locks, and conditional on
 * the value that was decided on; fewer rows than asked for is a bug and rolls everything back.
 */
async function changeStock(
  tx: Connection,
  { actor, sequence }: StockPage,
  changes: readonly StockChange[],
): Promise<void> {
  if (changes.length === 0) return;
  const written = await tx.$executeRaw`
    WITH changed AS (
      UPDATE inventory i
         SET on_hand = c.after
        FROM unnest(${changes.map(({ sku }) => sku)}::text[],
                    ${changes.map(({ before }) => before)}::bigint[],
                    ${changes.map(({ after }) => after)}::bigint[]) AS c(sku, before, after)
       WHERE i.sku = c.sku AND i.on_hand = c.before
      RETURNING i.sku, c.after - c.before AS delta, i.on_hand
    )
    INSERT INTO stock_movements (sku, kind, delta, balance, reason, actor, recorded_at)
    SELECT sku, 'warehouse', delta, on_hand, ${`warehouse snapshot ${sequence}`}, ${actor}, statement_timestamp()
      FROM changed
     ORDER BY sku`;
  if (written !== changes.length) throw new Error('locked stock was not as it was read');
}
