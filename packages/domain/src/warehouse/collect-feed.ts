import type { StockRow } from '../contracts/warehouse.ts';
import type { ParsedRow } from './parse-stock-row.ts';
import type { RowReport } from './row-report.ts';

/** A readable row with its place in the feed, from 1. */
export interface NumberedRow extends StockRow {
  readonly n: number;
}

/** All rows of one snapshot, sorted into those that can be used and those that cannot. */
export interface Feed {
  /** Each SKU once, in the order of the feed. */
  readonly rows: readonly NumberedRow[];
  readonly bad: readonly RowReport[];
}

/**
 * Sorts the rows of a whole snapshot. Of rows that say the same of a SKU the first counts and the
 * others are reported; of rows that contradict each other none counts, since nobody knows which
 * one is right.
 */
export function collectFeed(parsed: readonly ParsedRow[]): Feed {
  const bySku = new Map<string, NumberedRow>();
  const contradicted = new Set<string>();
  const bad: RowReport[] = [];
  for (const [index, entry] of parsed.entries()) {
    const n = index + 1;
    if (entry.kind === 'bad') {
      bad.push(reportBad(n, entry.sku, entry.detail));
      continue;
    }
    const { row } = entry;
    const first = bySku.get(row.sku);
    if (first === undefined) {
      bySku.set(row.sku, { ...row, n });
    } else if (saysTheSame(first, row)) {
      bad.push(reportBad(n, row.sku, `repeats row ${first.n}`));
    } else {
      contradicted.add(row.sku);
      bad.push(reportBad(n, row.sku, `contradicts row ${first.n}: neither is used`));
    }
  }
  for (const sku of contradicted) {
    const first = bySku.get(sku);
    if (first === undefined) continue;
    bySku.delete(sku);
    bad.push(reportBad(first.n, sku, 'contradicted by a later row: neither is used'));
  }
  return { rows: Array.from(bySku.values()), bad: bad.sort((a, b) => a.n - b.n) };
}

/** The report of a row that cannot be used. */
export function reportBad(n: number, sku: string | null, detail: string): RowReport {
  return { n, outcome: 'bad', sku, before: null, after: null, detail };
}

function saysTheSame(a: StockRow, b: StockRow): boolean {
  return a.onHand === b.onHand && a.salesIncluded === b.salesIncluded;
}
