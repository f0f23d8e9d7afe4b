import type { BasketItem } from './basket.ts';

/** An order's wish for stock, with its place in the line. */
export interface Demand {
  readonly orderId: string;
  /** Arrival; together with `orderId` it gives the place in the line. */
  readonly createdAt: Date;
  readonly items: readonly BasketItem[];
  /** A waiting order outside this batch: it keeps its place, but is not served now. */
  readonly waitsElsewhere?: boolean;
}

export type Allocation =
  | { readonly kind: 'allocated' }
  /** The items that could not be had; nothing was taken for the order. */
  | { readonly kind: 'short'; readonly items: readonly BasketItem[] };

/**
 * Decides who of many gets what is there, first come first served per SKU.
 *
 * Guarantees: an order gets all its items or none; what is given away of a SKU never exceeds its
 * stock; an order never gets a SKU that an earlier one in the line is short of, so a large order
 * is not starved by small later ones, and stock that arrives goes to the oldest first.
 *
 * @param stock units available per SKU; a SKU that is missing has none
 * @param demands in any order
 * @returns an allocation for each demand that does not wait elsewhere
 */
export function allocate(
  stock: ReadonlyMap<string, number>,
  demands: readonly Demand[],
): Map<string, Allocation> {
  const left = new Map(stock);
  const result = new Map<string, Allocation>();
  for (const demand of demands.toSorted(byArrival)) {
    const short = demand.items.filter(({ sku, quantity }) => (left.get(sku) ?? 0) < quantity);
    if (demand.waitsElsewhere === true) {
      for (const item of demand.items) take(left, item);
    } else if (short.length === 0) {
      for (const item of demand.items) take(left, item);
      result.set(demand.orderId, { kind: 'allocated' });
    } else {
      // Closing the SKU to everybody behind keeps the line: they wait, too.
      for (const { sku } of short) left.set(sku, 0);
      result.set(demand.orderId, { kind: 'short', items: short });
    }
  }
  return result;
}

function take(left: Map<string, number>, { sku, quantity }: BasketItem): void {
  left.set(sku, Math.max(0, (left.get(sku) ?? 0) - quantity));
}

function byArrival(a: Demand, b: Demand): number {
  const difference = a.createdAt.getTime() - b.createdAt.getTime();
  if (difference !== 0) return difference;
  return a.orderId < b.orderId ? -1 : 1;
}
