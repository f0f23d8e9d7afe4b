import type { Stock } from '@orders/domain/contracts/inventory';
import { Prisma } from '../generated/client.ts';

/** A row of `inventory` with its open shortfall, as statements here select it. */
export interface StockRow {
  readonly sku: string;
  readonly on_hand: bigint;
  readonly reserved: bigint;
  readonly sold: bigint;
  readonly missing: bigint | null;
  readonly opened_at: Date | null;
}

/** `i` is the stock, `s` its open shortfall if there is one. */
export const STOCK_TABLES = Prisma.sql`
  inventory i LEFT JOIN stock_shortfalls s ON s.sku = i.sku AND s.closed_at IS NULL`;

export const STOCK_COLUMNS = Prisma.sql`
  i.sku, i.on_hand, i.reserved, i.sold, s.missing, s.opened_at`;

export function toStock(row: StockRow): Stock {
  return {
    sku: row.sku,
    onHand: Number(row.on_hand),
    reserved: Number(row.reserved),
    available: Number(row.on_hand - row.reserved),
    sold: Number(row.sold),
    shortfall:
      row.missing === null || row.opened_at === null
        ? null
        : { missing: Number(row.missing), openedAt: row.opened_at.toISOString() },
  };
}
