import type { Database } from '@orders/database/client';
import { compareStock, countStockedSkus } from '@orders/database/warehouse/compare-stock';
import { collectFeed, type NumberedRow, reportBad } from '@orders/domain/warehouse/collect-feed';
import type { FeedFacts } from '@orders/domain/warehouse/judge-feed';
import type { RowReport } from '@orders/domain/warehouse/row-report';
import type { Snapshot } from './read-snapshot.ts';

/** What a snapshot would do, before any of it is done. */
export interface ComparedFeed {
  readonly facts: Omit<FeedFacts, 'lastSequence'>;
  /** Rows that differ from what is known. */
  readonly rows: readonly NumberedRow[];
  /** How they differ, in the same order. */
  readonly changes: readonly RowReport[];
  readonly unknown: readonly RowReport[];
  readonly bad: readonly RowReport[];
}

const SLICE = 1_000;

/** Compares a whole snapshot with the stock as it is now. Reads only, and locks nothing. */
export async function compareFeed(
  database: Database,
  { rows: parsed, asOf, sequence }: Snapshot,
): Promise<ComparedFeed> {
  const feed = collectFeed(parsed);
  const rows: NumberedRow[] = [];
  const changes: RowReport[] = [];
  const unknown: RowReport[] = [];
  const bad = Array.from(feed.bad);
  let usable = 0;
  let emptied = 0;
  for (let from = 0; from < feed.rows.length; from += SLICE) {
    const compared = await compareStock(database, asOf, feed.rows.slice(from, from + SLICE));
    for (const { row, decision } of compared) {
      const { n, sku } = row;
      switch (decision.kind) {
        case 'same':
          usable += 1;
          break;
        case 'changed': {
          const { before, after } = decision;
          usable += 1;
          if (after <= 0 && before > 0) emptied += 1;
          rows.push(row);
          changes.push({ n, outcome: 'changed', sku, before, after, detail: null });
          break;
        }
        case 'unknown':
          unknown.push({ n, outcome: 'unknown', sku, before: null, after: null, detail: null });
          break;
        case 'bad':
          bad.push(reportBad(n, sku, decision.detail));
          break;
      }
    }
  }
  const catalogueSize = await countStockedSkus(database);
  const facts = { catalogueSize, rows: usable, changes: changes.length, emptied, sequence };
  return { facts, rows, changes, unknown, bad };
}
