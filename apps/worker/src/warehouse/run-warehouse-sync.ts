import type { Database } from '@orders/database/client';
import { applyStockPage } from '@orders/database/warehouse/apply-stock-page';
import type { WarehouseRun } from '@orders/database/warehouse/claim-warehouse-run';
import type { WarehouseSyncEnd } from '@orders/database/warehouse/finish-warehouse-sync';
import { noteSnapshot } from '@orders/database/warehouse/note-snapshot';
import { reportStockRows } from '@orders/database/warehouse/report-stock-rows';
import { judgeFeed } from '@orders/domain/warehouse/judge-feed';
import type { RowReport } from '@orders/domain/warehouse/row-report';
import { type ComparedFeed, compareFeed } from './compare-feed.ts';
import { readSnapshot, type Snapshot } from './read-snapshot.ts';
import { reportSold } from './report-sold.ts';
import type { WarehouseClient } from './warehouse-client.ts';

export interface SyncParts {
  readonly database: Database;
  readonly client: WarehouseClient;
  readonly maxRows: number;
  /** Stock has risen: backordered orders may be served. */
  readonly onRaised: () => void;
  /** Told between steps, each of which is bounded: a long run is not a hung one. */
  readonly onProgress: () => void;
}

export type SyncResult =
  | EndedResult
  /** Another worker has taken over; nothing was done under its eyes. */
  | { readonly kind: 'fenced' };

export interface EndedResult extends Pick<
  WarehouseSyncEnd,
  'state' | 'error' | 'sequence' | 'rowsSeen' | 'rowsUnknown' | 'rowsBad'
> {
  readonly kind: 'ended';
  /** SKUs that this run has changed, and those that were right already. */
  readonly rowsChanged: number;
  readonly rowsSame: number;
}

/** A run that came to nothing before a snapshot was read. */
export function failedRun(error: string): EndedResult {
  const counts = { rowsSeen: 0, rowsChanged: 0, rowsSame: 0, rowsUnknown: 0, rowsBad: 0 };
  return { kind: 'ended', state: 'failed', error, sequence: null, ...counts };
}

/** SKUs locked at a time: orders of them wait for so long. */
const APPLY_SLICE = 200;
const REPORT_SLICE = 1_000;
/** Of bad rows, and of unknown ones: all are counted, so many are told of one by one. */
const MAX_REPORTED = 1_000;

/**
 * One run: tells the warehouse what was sold, reads one whole snapshot, judges it, and only then
 * applies it page by page. A dry run tells and applies nothing, and ends as the real one would.
 *
 * @param signal ends the run at the next safe place: between calls and between pages
 * @throws when PostgreSQL fails; what was applied by then is right, since each page is
 */
export async function runWarehouseSync(
  parts: SyncParts,
  run: WarehouseRun,
  signal: AbortSignal,
): Promise<SyncResult> {
  const { database, maxRows, onProgress } = parts;
  const client = reporting(parts.client, onProgress);
  if (!run.dryRun) {
    const error = await reportSold(database, client, signal);
    if (error !== null) return failedRun(error);
  }
  const snapshot = await readSnapshot({
    client,
    maxRows,
    signal,
    onSnapshot: ({ sequence, asOf }) =>
      noteSnapshot(database, { ...run, sequence, asOf: new Date(asOf) }),
  });
  if (snapshot.kind === 'failed') return failedRun(snapshot.error);
  if (snapshot.kind === 'fenced') return snapshot;

  const feed = await compareFeed(database, snapshot);
  const verdict = judgeFeed({ ...feed.facts, lastSequence: run.lastSequence }, run.force);
  onProgress();
  const isOurs = await report(parts, run, [
    ...feed.bad.slice(0, MAX_REPORTED),
    ...feed.unknown.slice(0, MAX_REPORTED),
    ...(run.dryRun ? feed.changes : []),
  ]);
  if (!isOurs) return { kind: 'fenced' };
  if (verdict.kind === 'stop') return ended(snapshot, feed, 'stopped', verdict.detail);
  return run.dryRun ? ended(snapshot, feed) : apply(parts, run, { snapshot, feed, signal });
}

async function apply(
  { database, onRaised, onProgress }: SyncParts,
  run: WarehouseRun,
  work: { readonly snapshot: Snapshot; readonly feed: ComparedFeed; readonly signal: AbortSignal },
): Promise<SyncResult> {
  const { snapshot, feed, signal } = work;
  const { sequence, asOf } = snapshot;
  let rowsChanged = 0;
  for (let from = 0; from < feed.rows.length; from += APPLY_SLICE) {
    if (signal.aborted) {
      return { ...ended(snapshot, feed, 'failed', 'ended before its last page'), rowsChanged };
    }
    const rows = feed.rows.slice(from, from + APPLY_SLICE);
    const result = await applyStockPage(database, { ...run, sequence, asOf, rows });
    onProgress();
    switch (result.kind) {
      case 'fenced':
        return result;
      case 'old-snapshot':
        return ended(snapshot, feed, 'failed', `a snapshot newer than ${sequence} was applied`);
      case 'applied':
        rowsChanged += result.changed;
        if (result.raised) onRaised();
    }
  }
  return { ...ended(snapshot, feed), rowsChanged };
}

function reporting(client: WarehouseClient, onProgress: () => void): WarehouseClient {
  return {
    ...client,
    reportSold: (sold, signal) => client.reportSold(sold, signal).finally(onProgress),
    readPage: (cursor, signal) => client.readPage(cursor, signal).finally(onProgress),
  };
}

async function report(
  { database, onProgress }: Pick<SyncParts, 'database' | 'onProgress'>,
  { syncId, fence }: WarehouseRun,
  reports: readonly RowReport[],
): Promise<boolean> {
  for (let from = 0; from < reports.length; from += REPORT_SLICE) {
    const slice = reports.slice(from, from + REPORT_SLICE);
    if (!(await reportStockRows(database, { syncId, fence, reports: slice }))) return false;
    onProgress();
  }
  return true;
}

function ended(
  { sequence, rows }: Snapshot,
  { facts, unknown, bad }: ComparedFeed,
  state: WarehouseSyncEnd['state'] = 'completed',
  error: string | null = null,
): EndedResult {
  return {
    kind: 'ended',
    state,
    error,
    sequence,
    rowsSeen: rows.length,
    rowsChanged: 0,
    rowsSame: facts.rows - facts.changes,
    rowsUnknown: unknown.length,
    rowsBad: bad.length,
  };
}
