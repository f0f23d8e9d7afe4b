import type { OrderRest } from '@orders/domain/order-rest';
import type { Connection } from '../client.ts';

/** A step that an order has taken. */
export interface OrderMove {
  readonly orderId: string;
  /** How it came to rest by this step; null when it did not. */
  readonly rest: OrderRest | null;
}

// Beside the connection and not in what transactions return, so that no step can be forgotten by
// one of them; a transaction that is rolled back leaves nothing behind.
const moves = new WeakMap<Connection, OrderMove[]>();

/** Remembers steps for the moment in which their transaction is committed. */
export function noteMoves(tx: Connection, taken: readonly OrderMove[]): void {
  const earlier = moves.get(tx);
  if (earlier === undefined) moves.set(tx, Array.from(taken));
  else earlier.push(...taken);
}

/** The steps of a transaction so far. */
export function movesOf(tx: Connection): readonly OrderMove[] {
  return moves.get(tx) ?? [];
}
