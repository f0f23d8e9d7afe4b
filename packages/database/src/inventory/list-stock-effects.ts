import type { BasketItem } from '@orders/domain/basket';
import type { Step } from '@orders/domain/decision';

interface StockStep {
  readonly step: Step;
  readonly items: readonly BasketItem[];
  readonly order: { readonly holdsStock: boolean; readonly id: string };
}

/** What an order's step does to the stock of one SKU. */
export interface StockEffectOnSku {
  readonly orderId: string;
  readonly sku: string;
  readonly onHand: number;
  readonly reserved: number;
  readonly sold: number;
}

/**
 * What steps do to stock: reserving raises `reserved`, releasing lowers it, selling lowers `on_hand`
 * and `reserved` and raises `sold`.
 *
 * @throws when a step gives back what the order does not hold, or takes twice: stock moves once
 */
export function listStockEffects(steps: readonly StockStep[]): StockEffectOnSku[] {
  return steps.flatMap(({ step, items, order }) => {
    if (step.stock === 'none') return [];
    if ((step.stock === 'reserve') === order.holdsStock) {
      throw new Error(`order ${order.id} cannot ${step.stock} its stock`);
    }
    return items.map(({ sku, quantity }) => ({
      orderId: order.id,
      sku,
      onHand: step.stock === 'sell' ? -quantity : 0,
      reserved: step.stock === 'reserve' ? quantity : -quantity,
      sold: step.stock === 'sell' ? quantity : 0,
    }));
  });
}
