import type { SoldReport, StockCount, Delivery } from '@orders/domain/contracts/warehouse';
import type { ReceivedRecord, SoldRecord, WarehouseRecord } from './warehouse-record.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * The warehouse's books. What lies there of a SKU is `received − sold`: it learns of sales only by
 * the reports. A SKU is in its stock feed from the first count or delivery on.
 */
export interface Warehouse {
  readonly received: Map<string, number>;
  readonly sold: Map<string, number>;
  /** The last sequence number given out. */
  sequence: number;
  /** Those that can still be paged through, oldest first. */
  readonly snapshots: Snapshot[];
}

export function createWarehouse(): Warehouse {
  return { received: new Map(), sold: new Map(), sequence: 0, snapshots: [] };
}

/** Enters one record, live or from the file. */
export function applyWarehouseRecord(warehouse: Warehouse, record: WarehouseRecord): void {
  switch (record.type) {
    case 'sold':
      for (const { sku, sold } of record.totals) warehouse.sold.set(sku, sold);
      return;
    case 'received':
      for (const { sku, received } of record.rows) warehouse.received.set(sku, received);
      return;
    case 'snapshot':
      warehouse.sequence = record.sequence;
  }
}

/** What a report changes: the totals above the known ones. Late and repeated reports change nothing. */
export function decideSold(warehouse: Warehouse, report: SoldReport): SoldRecord {
  const raised = new Map<string, number>();
  for (const { sku, sold } of report.totals) {
    if (sold > (raised.get(sku) ?? warehouse.sold.get(sku) ?? 0)) raised.set(sku, sold);
  }
  return { type: 'sold', totals: [...raised].map(([sku, sold]) => ({ sku, sold })) };
}

/** After a count, exactly the counted units lie there, whatever was sold or delivered before. */
export function decideCount(warehouse: Warehouse, count: StockCount): ReceivedRecord {
  const rows = count.rows.map(({ sku, onHand }) => ({
    sku,
    received: onHand + (warehouse.sold.get(sku) ?? 0),
  }));
  return { type: 'received', rows };
}

export function decideDelivery(warehouse: Warehouse, delivery: Delivery): ReceivedRecord {
  const received = new Map<string, number>();
  for (const { sku, quantity } of delivery.rows) {
    received.set(sku, (received.get(sku) ?? warehouse.received.get(sku) ?? 0) + quantity);
  }
  return {
    type: 'received',
    rows: [...received].map(([sku, units]) => ({ sku, received: units })),
  };
}
