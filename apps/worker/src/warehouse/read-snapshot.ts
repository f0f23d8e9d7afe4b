import type { StockPage } from '@orders/domain/contracts/warehouse';
import { type ParsedRow, parseStockRow } from '@orders/domain/warehouse/parse-stock-row';
import { callWithBackoff } from './warehouse-answer.ts';
import type { WarehouseClient } from './warehouse-client.ts';

export interface SnapshotParts {
  readonly client: WarehouseClient;
  /** A snapshot of more is not read to its end. */
  readonly maxRows: number;
  readonly signal: AbortSignal;
  /**
   * Told of a snapshot at its first page. Returns the moment to compare with, or null when the run
   * is no longer ours.
   */
  readonly onSnapshot: (page: StockPage) => Promise<Date | null>;
}

export interface Snapshot {
  readonly kind: 'snapshot';
  readonly sequence: number;
  readonly asOf: Date;
  /** Every row of every page, in their order. */
  readonly rows: readonly ParsedRow[];
}

export type SnapshotResult =
  | Snapshot
  | { readonly kind: 'failed'; readonly error: string }
  | { readonly kind: 'fenced' };

const MAX_STARTS = 3;

/**
 * Reads all pages of one snapshot, or nothing: what breaks off, does not end, or mixes snapshots
 * is a failure. A snapshot that is gone in the middle is given up for a new one, three times.
 */
export async function readSnapshot(parts: SnapshotParts): Promise<SnapshotResult> {
  for (let starts = 0; starts < MAX_STARTS; starts += 1) {
    const result = await readPages(parts);
    if (result.kind !== 'gone') return result;
  }
  return { kind: 'failed', error: 'the snapshot was gone before its last page, three times' };
}

async function readPages(
  parts: SnapshotParts,
): Promise<SnapshotResult | { readonly kind: 'gone' }> {
  const { client, maxRows, signal, onSnapshot } = parts;
  const rows: ParsedRow[] = [];
  let first: StockPage | null = null;
  let asOf: Date | null = null;
  let cursor: string | null = null;
  do {
    const answer = await callWithBackoff(() => client.readPage(cursor, signal), signal);
    if (answer.kind === 'gone') return answer;
    if (answer.kind !== 'answer') return { kind: 'failed', error: answer.error };
    const page = answer.value;
    if (first === null) {
      asOf = await onSnapshot(page);
      first = page;
    }
    if (asOf === null) return { kind: 'fenced' };
    const error = findFault(page, first, rows.length, maxRows);
    if (error !== null) return { kind: 'failed', error };
    // Rows are read as they come: what is kept of each has a bounded size.
    for (const row of page.rows) rows.push(parseStockRow(row));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return { kind: 'snapshot', sequence: first.sequence, asOf, rows };
}

/** Why a page cannot be the next one of the snapshot. */
function findFault(
  page: StockPage,
  first: StockPage,
  before: number,
  maxRows: number,
): string | null {
  if (page.sequence !== first.sequence || page.asOf !== first.asOf) {
    return `a page of snapshot ${page.sequence} came among those of ${first.sequence}`;
  }
  if (before + page.rows.length > maxRows) return `the snapshot has more than ${maxRows} rows`;
  // Such pages could follow each other for ever.
  if (page.rows.length === 0 && page.nextCursor !== null) return 'an empty page is not the last';
  return null;
}
