import { type BasketItem, fingerprintBasket } from '@orders/domain/basket';
import { ORDER_STATUSES, type OrderStatus, TRANSITIONS } from '@orders/domain/order-status';
import type { Memory } from '../harness/remembering-client.ts';

/** What will happen to an order at the provider, by `metadata.simulate`. */
export const FATES = {
  none: { end: 'completed' },
  decline: { end: 'rejected' },
  'decline-soft:1': { end: 'completed' },
  'decline-soft:9': { end: 'rejected' },
  '500:1': { end: 'completed' },
  'hang-before:1': { end: 'completed' },
  'hang-after:1': { end: 'completed' },
  'drop:1': { end: 'completed' },
  'garbage:1': { end: 'completed' },
  // The provider says that the request is wrong: only an operator can go on.
  'no-such-fate': { end: 'failed' },
} as const satisfies Record<string, { readonly end: OrderStatus }>;

export type Fate = keyof typeof FATES;

/** An order as far as the client knows it. */
export interface ModelOrder {
  readonly memory: Memory;
  readonly id: string;
  readonly customerId: string;
  readonly fate: Fate;
  basket: readonly BasketItem[];
  /** A cancel was answered with 200 or 202. */
  isCancelled: boolean;
  seen: { status: OrderStatus; version: number };
}

/** Units of a SKU that came and went by hand. */
export interface ModelStock {
  readonly sku: string;
  readonly priceMinor: number;
  units: number;
}

/** Everything that the client was told, and what follows from it. */
export interface Model {
  /** Of the sequence; customers and keys begin with it. */
  readonly name: string;
  readonly orders: ModelOrder[];
  readonly stock: readonly ModelStock[];
  /** Makes keys that differ. */
  count: number;
  /** How often which kind of command was carried out. */
  readonly ran: Map<string, number>;
}

/** Throws where the system contradicts the model. */
export function demand(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

/**
 * Notes what an order was seen to be. Versions only rise, the same version is the same status, and
 * a status follows from the one before by steps that nobody but the system takes.
 */
export function observe(order: ModelOrder, status: OrderStatus, version: number): void {
  const { seen } = order;
  const step = `${order.id}: ${seen.status} (version ${seen.version}) → ${status} (${version})`;
  demand(version >= seen.version, `a version went back, ${step}`);
  demand(version > seen.version || status === seen.status, `a version changed, ${step}`);
  demand(mayBecome(seen.status, status), `no way leads there, ${step}`);
  order.seen = { status, version };
}

/** Whether an order can get from one status to the other without an operator's help. */
function mayBecome(from: OrderStatus, to: OrderStatus): boolean {
  const reached = new Set<OrderStatus>([from]);
  for (const status of reached) {
    if (status === 'failed') continue;
    for (const next of TRANSITIONS[status]) reached.add(next);
  }
  return reached.has(to);
}

/** Does not count for the duplicate rule, and never will again unless it is redriven. */
export function isDead(status: OrderStatus): boolean {
  return status === 'cancelled' || status === 'rejected' || status === 'failed';
}

/** Other orders of the customer with the same basket as it is now. */
export function findTwins(
  model: Model,
  customerId: string,
  basket: readonly BasketItem[],
  but?: ModelOrder,
): ModelOrder[] {
  const fingerprint = fingerprintBasket(basket);
  return model.orders.filter(
    (order) =>
      order !== but &&
      order.customerId === customerId &&
      fingerprintBasket(order.basket) === fingerprint,
  );
}

/** What an order must end as, once there is stock and the provider answers. */
export function expectedEnd({ isCancelled, fate }: ModelOrder): OrderStatus {
  return isCancelled ? 'cancelled' : FATES[fate].end;
}

export function totalOf(model: Model, basket: readonly BasketItem[]): number {
  return basket.reduce((sum, { sku, quantity }) => {
    const product = model.stock.find((one) => one.sku === sku);
    return sum + quantity * (product?.priceMinor ?? Number.NaN);
  }, 0);
}

export function toStatus(value: unknown): OrderStatus {
  const status = ORDER_STATUSES.find((one) => one === value);
  demand(status !== undefined, `${String(value)} is no status`);
  return status;
}
