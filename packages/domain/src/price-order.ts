import type { BasketItem } from './basket.ts';
import type { Money } from './money.ts';
import { CATALOGUE_CURRENCY, sumMinor } from './money.ts';

/** What the catalogue says of a product at the moment an order is priced. */
export interface CataloguePrice {
  readonly priceMinor: number;
  readonly active: boolean;
}

/** An item with the price it was sold at, in minor units. */
export interface PricedItem extends BasketItem {
  readonly unitPriceMinor: number;
}

export type Pricing =
  | { readonly kind: 'priced'; readonly items: readonly PricedItem[]; readonly totalMinor: number }
  | { readonly kind: 'unknown-sku'; readonly skus: readonly string[] }
  | { readonly kind: 'inactive-product'; readonly skus: readonly string[] }
  | { readonly kind: 'total-mismatch'; readonly total: Money };

/**
 * Prices a merged basket from the catalogue. A client that named the total it expects is refused
 * when the catalogue says otherwise, so that nobody pays a price he has not seen.
 */
export function priceOrder(
  items: readonly BasketItem[],
  catalogue: ReadonlyMap<string, CataloguePrice>,
  expectedTotal: Money | null,
): Pricing {
  const unknown: string[] = [];
  const inactive: string[] = [];
  const priced: PricedItem[] = [];
  for (const { sku, quantity } of items) {
    const product = catalogue.get(sku);
    if (product === undefined) unknown.push(sku);
    else if (!product.active) inactive.push(sku);
    else priced.push({ sku, quantity, unitPriceMinor: product.priceMinor });
  }
  if (unknown.length > 0) return { kind: 'unknown-sku', skus: unknown };
  if (inactive.length > 0) return { kind: 'inactive-product', skus: inactive };

  const totalMinor = sumMinor(priced.map((item) => item.unitPriceMinor * item.quantity));
  const agrees =
    expectedTotal === null ||
    (expectedTotal.amount === totalMinor && expectedTotal.currency === CATALOGUE_CURRENCY);
  if (!agrees) {
    return { kind: 'total-mismatch', total: { amount: totalMinor, currency: CATALOGUE_CURRENCY } };
  }
  return { kind: 'priced', items: priced, totalMinor };
}
