import { priceOrder } from '@orders/domain/price-order';
import { basketOf, type Found, keyOf } from './look-up-placements.ts';
import type { AcceptedOrder, NewOrder, Placement } from './new-order.ts';

export type Verdict =
  | Exclude<Placement, { kind: 'placed' | 'replayed' | 'unread' }>
  | ({ readonly kind: 'insert' } & AcceptedOrder)
  | { readonly kind: 'existing'; readonly orderId: string; readonly own: boolean };

/** What is known about a batch. */
export interface Seen extends Found {
  /** Orders of the batch that are there already, by id. */
  readonly own: ReadonlyMap<string, unknown>;
}

/** Decides one element and remembers it in `seen`, so that the next one finds it there. */
export function decidePlacement(order: NewOrder, seen: Seen, hasWindow: boolean): Verdict {
  if (seen.own.has(order.id)) return { kind: 'existing', orderId: order.id, own: true };
  const key = order.idempotencyKey === null ? null : keyOf(order.customerId, order.idempotencyKey);
  const earlier = key === null ? undefined : seen.keys.get(key);
  if (earlier !== undefined) {
    if (earlier.requestHash !== order.requestHash) return { kind: 'key-reused' };
    return { kind: 'existing', orderId: earlier.orderId, own: false };
  }
  const basket = basketOf(order.customerId, order.fingerprint);
  const twin = order.allowDuplicate ? undefined : seen.duplicates.get(basket);
  if (twin !== undefined) return { kind: 'duplicate', existingOrderId: twin };

  const pricing = priceOrder(order.items, seen.catalogue, order.expectedTotal);
  if (pricing.kind !== 'priced') return pricing;
  if (key !== null) seen.keys.set(key, { orderId: order.id, requestHash: order.requestHash });
  if (hasWindow) seen.duplicates.set(basket, order.id);
  return { kind: 'insert', order, items: pricing.items, totalMinor: pricing.totalMinor };
}
