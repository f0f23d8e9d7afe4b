import type { Fault, Mishap, Scope } from './fault.ts';
import { type Fates, parseFates } from './parse-fates.ts';

/**
 * The fates of the orders that asked for one, and how far each is used up. Counts start again with
 * the process; what the ledger knows (declines) does not.
 */
export interface FateBook {
  readonly orders: Map<string, OrderFates>;
  /** A lookup or a void names only the key, so the order is found by the keys it has used. */
  readonly byKey: Map<string, OrderFates>;
}

export interface OrderFates {
  fates: Fates;
  readonly calls: Map<Scope, number>;
}

export function createFateBook(): FateBook {
  return { orders: new Map(), byKey: new Map() };
}

/** Writes down what an order asked for with this key; counts of its earlier calls stay. */
export function noteFates(book: FateBook, orderId: string, key: string, fates: Fates): OrderFates {
  const known = book.orders.get(orderId);
  const order: OrderFates = known ?? { fates, calls: new Map() };
  order.fates = fates;
  book.orders.set(orderId, order);
  book.byKey.set(key, order);
  return order;
}

/** The same from the ledger, after a restart. */
export function restoreFates(book: FateBook, orderId: string, key: string, simulate: string): void {
  const parsed = parseFates(simulate);
  if (parsed.kind === 'fates') noteFates(book, orderId, key, parsed.fates);
}

/** Counts one call of the order and says what its fates do to it. */
export function nextMishap(order: OrderFates, scope: Scope): Mishap {
  const call = (order.calls.get(scope) ?? 0) + 1;
  order.calls.set(scope, call);
  const delayMs = scope === 'charge' ? order.fates.delayMs : 0;
  return { fault: faultOfCall(order.fates, scope, call), delayMs };
}

function faultOfCall(fates: Fates, scope: Scope, call: number): Fault | undefined {
  let last = 0;
  for (const counted of fates.faults) {
    if (counted.scope !== scope) continue;
    last += counted.times;
    if (call <= last) return counted.fault;
  }
  return undefined;
}
