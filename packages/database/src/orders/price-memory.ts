import type { CataloguePrice } from '@orders/domain/price-order';

/** By SKU, what the catalogue said when it was last looked at. It may have changed since. */
export interface PriceMemory {
  readonly prices: ReadonlyMap<string, CataloguePrice>;
  remember(seen: ReadonlyMap<string, CataloguePrice>): void;
}

const MAX_PRICES = 10_000;

/** Keeps up to `max` prices; those that came first go first. */
export function createPriceMemory(max = MAX_PRICES): PriceMemory {
  const prices = new Map<string, CataloguePrice>();
  return {
    prices,
    remember: (seen) => {
      for (const [sku, price] of seen) prices.set(sku, price);
      for (const sku of prices.keys()) {
        if (prices.size <= max) break;
        prices.delete(sku);
      }
    },
  };
}
