import type { BasketItem } from '@orders/domain/basket';
import { between, createRandom, type Random } from './create-random.ts';

/** An order that a load run is going to place. */
export interface PlannedOrder {
  /** Its place in the run; it travels in the order's metadata, so an answer names its order. */
  readonly index: number;
  readonly customerId: string;
  readonly idempotencyKey: string;
  readonly items: readonly BasketItem[];
}

export interface RunPlan {
  /** Names the run; part of every customer and key, so that runs never meet. */
  readonly runId: string;
  readonly orders: number;
  readonly customers: number;
  readonly skus: readonly string[];
  /** Every order is one unit of the first SKU: for runs against a known stock. */
  readonly single: boolean;
  readonly seed: number;
}

/** Plans a run: who orders what under which key. The same plan gives the same orders. */
export function planOrders(plan: RunPlan): PlannedOrder[] {
  const random = createRandom(plan.seed);
  return Array.from({ length: plan.orders }, (_, index) => ({
    index,
    customerId: `load-${plan.runId}-${index % plan.customers}`,
    idempotencyKey: `load-${plan.runId}-${index}`,
    items: plan.single ? singleUnit(plan.skus) : varyBasket(plan.skus, random),
  }));
}

/** How many units of each SKU the whole run asks for. */
export function sumDemand(orders: readonly PlannedOrder[]): Map<string, number> {
  const demand = new Map<string, number>();
  for (const { items } of orders) {
    for (const { sku, quantity } of items) demand.set(sku, (demand.get(sku) ?? 0) + quantity);
  }
  return demand;
}

/** The body of `POST /orders`. Customers of a run who order more than once may repeat themselves. */
export function toRequestBody(order: PlannedOrder, allowDuplicate: boolean): string {
  return JSON.stringify({
    items: order.items,
    metadata: { load: String(order.index) },
    ...(allowDuplicate && { allowDuplicate }),
  });
}

function singleUnit(skus: readonly string[]): BasketItem[] {
  return skus.slice(0, 1).map((sku) => ({ sku, quantity: 1 }));
}

/** One to three different SKUs, one to three units of each. */
function varyBasket(skus: readonly string[], random: Random): BasketItem[] {
  const wanted = Math.min(between(random, 1, 3), skus.length);
  const basket = new Map<string, number>();
  while (basket.size < wanted) {
    const sku = skus[between(random, 0, skus.length - 1)];
    if (sku !== undefined) basket.set(sku, between(random, 1, 3));
  }
  return Array.from(basket, ([sku, quantity]) => ({ sku, quantity }));
}
