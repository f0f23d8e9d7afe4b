import type { BasketItem } from '@orders/domain/basket';
import type { Step } from '@orders/domain/decision';

interface StockStep {
  readonly step: Step;
  readonly items: readonly BasketItem[];
  readonly order: { readonly holdsStock: boolean; readonly id: string };
}

/** Changes per SKU, as parallel arrays sorted by SKU. */
export interface StockChange {
  readonly skus: string[];
  readonly onHand: number[];
  readonly reserved: number[];
  readonly sold: number[];
}

/**
 * Adds up what steps do to stock, one change per SKU: reserving raises `reserved`, releasing
 * lowers it, selling lowers `on_hand` and `reserved` and raises `sold`.
 *
 * @throws when a step gives back what the order does not hold, or takes twice: stock moves once
 */
export function sumStockEffects(steps: readonly StockStep[]): StockChange {
  const bySku = new Map<string, { onHand: number; reserved: number; sold: number }>();
  for (const { step, items, order } of steps) {
    if (step.stock === 'none') continue;
    if ((step.stock === 'reserve') === order.holdsStock) {
      throw new Error(`order ${order.id} cannot ${step.stock} its stock`);
    }
    for (const { sku, quantity } of items) {
      const change = bySku.get(sku) ?? { onHand: 0, reserved: 0, sold: 0 };
      bySku.set(sku, change);
      change.reserved += step.stock === 'reserve' ? quantity : -quantity;
      if (step.stock === 'sell') {
        change.onHand -= quantity;
        change.sold += quantity;
      }
    }
  }
  const sorted = Array.from(bySku).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    skus: sorted.map(([sku]) => sku),
    onHand: sorted.map(([, change]) => change.onHand),
    reserved: sorted.map(([, change]) => change.reserved),
    sold: sorted.map(([, change]) => change.sold),
  };
}
