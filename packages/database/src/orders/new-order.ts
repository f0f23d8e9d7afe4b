import type { BasketItem } from '@orders/domain/basket';
import type { Order } from '@orders/domain/contracts/order';
import type { Money } from '@orders/domain/money';
import type { PricedItem, Pricing } from '@orders/domain/price-order';

/** An order to be placed. The id is made by the caller, so that a lost reply can be repeated. */
export interface NewOrder {
  /** UUIDv7 */
  readonly id: string;
  readonly customerId: string;
  readonly actor: string;
  /** Merged: each SKU once. */
  readonly items: readonly BasketItem[];
  readonly expectedTotal: Money | null;
  readonly allowDuplicate: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly idempotencyKey: string | null;
  readonly requestHash: string;
  readonly fingerprint: string;
}

/** An order that passed every rule, priced. */
export interface AcceptedOrder {
  readonly order: NewOrder;
  readonly items: readonly PricedItem[];
  readonly totalMinor: number;
}

/** What became of a request to place an order. Refusals are results, never exceptions. */
export type Placement =
  | { readonly kind: 'placed'; readonly order: Order }
  /** The key's order existed already; this is how it is now. */
  | { readonly kind: 'replayed'; readonly order: Order }
  /** It exists already, but how it is now could not be read; or whether it does. */
  | { readonly kind: 'unread'; readonly error: unknown }
  | { readonly kind: 'key-reused' }
  | { readonly kind: 'duplicate'; readonly existingOrderId: string }
  | Exclude<Pricing, { kind: 'priced' }>;
