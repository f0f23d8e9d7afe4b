import type { StockPage, StockRow } from '@orders/domain/contracts/warehouse';
import type { FaultOf } from '../faults/fault.ts';
import type { Warehouse } from './warehouse.ts';

/** A reader that pages slower than this many others begin has to start over. */
const KEPT_SNAPSHOTS = 8;

/** The stock of one moment; it never changes, however long it is paged through. */
export interface Snapshot {
  readonly sequence: number;
  /** RFC 3339, UTC. */
  readonly asOf: string;
  readonly rows: readonly StockRow[];
}

/** Freezes the stock as it is, by SKU, under the next sequence number; keeps it for its readers. */
export function takeSnapshot(
  warehouse: Warehouse,
  sequence: number,
  now: Date,
  feedFault: FaultOf<'feed'> | undefined,
): Snapshot {
  const rows = feedFault === 'empty-feed' ? [] : listStock(warehouse, feedFault === 'sales-lag');
  const snapshot = { sequence, asOf: now.toISOString(), rows };
  warehouse.snapshots.push(snapshot);
  if (warehouse.snapshots.length > KEPT_SNAPSHOTS) warehouse.snapshots.shift();
  return snapshot;
}

/** With `lagging`, half of the reported sales are known but have not left the shelf yet. */
function listStock(warehouse: Warehouse, lagging: boolean): StockRow[] {
  return [...warehouse.received]
    .map(([sku, received]) => {
      const sold = warehouse.sold.get(sku) ?? 0;
      const salesIncluded = lagging ? Math.floor(sold / 2) : sold;
      return { sku, onHand: received - salesIncluded, salesIncluded };
    })
    .sort((a, b) => (a.sku < b.sku ? -1 : 1));
}

/** The page of up to `limit` rows from `offset` on. */
export function cutPage(
  { sequence, asOf, rows }: Snapshot,
  offset: number,
  limit: number,
  feedFault: FaultOf<'feed'> | undefined,
): StockPage {
  const end = offset + limit;
  const page = rows.slice(offset, end);
  return {
    asOf,
    sequence,
    rows: feedFault === 'bad-rows' ? [...createBadRows(page[0]?.sku), ...page] : page,
    nextCursor: end < rows.length ? writeCursor({ sequence, offset: end }) : null,
  };
}

function createBadRows(sku = 'NO-SUCH-SKU'): unknown[] {
  return [
    null,
    {},
    { sku, onHand: 'many', salesIncluded: 0 },
    { sku, onHand: 1.5, salesIncluded: 0 },
    { sku, onHand: 10 },
    { sku, onHand: 10, salesIncluded: -1 },
    { sku: 'not a sku', onHand: 10, salesIncluded: 0 },
    { sku: 'NO-SUCH-SKU', onHand: 10, salesIncluded: 0 },
  ];
}

/** Where the next page starts, and in which snapshot. */
export interface Cursor {
  readonly sequence: number;
  readonly offset: number;
}

function writeCursor({ sequence, offset }: Cursor): string {
  return `${sequence}-${offset}`;
}

/** Undefined when it was not made here. */
export function readCursor(text: string): Cursor | undefined {
  const match = /^(\d{1,15})-(\d{1,15})$/.exec(text);
  return match ? { sequence: Number(match[1]), offset: Number(match[2]) } : undefined;
}
