import type { Demand } from '@orders/domain/allocate';
import type { Connection } from '../client.ts';
import { plainArray, textArray } from '../sql-array.ts';

/** The most orders of one line that are looked at, beside those of the batch itself. */
const LINE_LIMIT = 1_000;

/** Comes after every order of the same moment. */
const BEHIND = '~';

/**
 * The orders that wait for a SKU which has stock, oldest first: no more of each line than could be
 * served, since every one takes at least one unit. Read under the SKUs' locks, so nobody can join
 * the line meanwhile. Orders of the batch itself are left out. Behind a line that is longer than
 * can be looked at nobody is served: what its end is entitled to is not known.
 */
export async function readWaiting(
  tx: Connection,
  stock: ReadonlyMap<string, number>,
  batch: ReadonlySet<string>,
): Promise<Demand[]> {
  const inStock = Array.from(stock).filter(([, available]) => available > 0);
  if (inStock.length === 0) return [];
  const rows = await tx.$queryRaw<WaitingRow[]>`
    SELECT s.sku, b.order_id, b.created_at, b.quantity
      FROM unnest(${textArray(inStock.map(([sku]) => sku))}::text[],
                  ${plainArray(inStock.map(([, available]) => Math.min(available, LINE_LIMIT) + batch.size))}::int[]) AS s(sku, most)
     CROSS JOIN LATERAL (
           SELECT order_id, created_at, quantity
             FROM backorders
            WHERE sku = s.sku
            ORDER BY created_at, order_id
            LIMIT s.most) b`;
  const waiting = rows
    .filter((row) => !batch.has(row.order_id))
    .map((row) => ({
      orderId: row.order_id,
      createdAt: row.created_at,
      items: [{ sku: row.sku, quantity: row.quantity }],
      waitsElsewhere: true,
    }));
  const isLong = (sku: string): boolean =>
    rows.filter((row) => row.sku === sku).length === LINE_LIMIT + batch.size;
  const ends = inStock
    .filter(([sku, available]) => available > LINE_LIMIT && isLong(sku))
    .map(([sku, available]) => ({
      orderId: BEHIND,
      createdAt: findLast(rows, sku),
      items: [{ sku, quantity: available }],
      waitsElsewhere: true,
    }));
  return [...waiting, ...ends];
}

interface WaitingRow {
  readonly sku: string;
  readonly order_id: string;
  readonly created_at: Date;
  readonly quantity: number;
}

function findLast(rows: readonly WaitingRow[], sku: string): Date {
  const times = rows.filter((row) => row.sku === sku).map((row) => row.created_at.getTime());
  return new Date(times.reduce((latest, time) => Math.max(latest, time), 0));
}
