import type { StockRow } from '../contracts/warehouse.ts';

/** What is known of a SKU's stock at one moment, in units. */
export interface KnownStock {
  readonly onHand: number;
  /** Ever sold. */
  readonly sold: number;
  /** Sum of the manual movements that were recorded after the snapshot. */
  readonly movedSince: number;
}

/** What a row of the feed does to the stock of its SKU. */
export type StockDecision =
  | { readonly kind: 'same' }
  | { readonly kind: 'changed'; readonly before: number; readonly after: number }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'bad'; readonly detail: string };

/**
 * The units on hand by the warehouse's count: what lies there, less the sales that have not left
 * the shelf yet, plus what was moved by hand after the count. No sale is compared by clock, so a
 * snapshot taken before sales and arriving after them never lowers stock twice. Absolute, so that
 * applying a row twice changes nothing; a sale in between lowers both sides alike.
 */
export function newOnHand(row: StockRow, sold: number, movedSince: number): number {
  return row.onHand - (sold - row.salesIncluded) + movedSince;
}

/**
 * Decides one row. A warehouse that took off more sales than there ever were is not believed:
 * the formula would then give back units that do not lie there, and they would be sold again.
 *
 * @param known under the SKU's lock when the decision is to be carried out; undefined when the
 *   catalogue does not have the SKU
 */
export function decideStock(row: StockRow, known: KnownStock | undefined): StockDecision {
  if (known === undefined) return { kind: 'unknown' };
  const { onHand, sold, movedSince } = known;
  if (row.salesIncluded > sold) {
    const detail = `includes ${row.salesIncluded} sales, but only ${sold} were ever made`;
    return { kind: 'bad', detail };
  }
  const after = newOnHand(row, sold, movedSince);
  if (!Number.isSafeInteger(after)) return { kind: 'bad', detail: 'is beyond any stock' };
  return after === onHand ? { kind: 'same' } : { kind: 'changed', before: onHand, after };
}
