/** Every status an order can have, in the order of a smooth life. */
export const ORDER_STATUSES = [
  'pending',
  'backordered',
  'reserved',
  'completed',
  'rejected',
  'cancelling',
  'cancelled',
  'failed',
] as const;

export type OrderStatus = (typeof ORDER_STATUSES)[number];

/**
 * The life of an order: which status may follow which. The database repeats the values as a CHECK;
 * everything that moves an order asks {@link canMove} or a decision built on it.
 */
export const TRANSITIONS = {
  pending: ['reserved', 'backordered', 'rejected', 'cancelled', 'failed'],
  backordered: ['reserved', 'rejected', 'cancelled', 'failed'],
  reserved: ['completed', 'rejected', 'cancelling', 'failed'],
  completed: [],
  rejected: [],
  cancelling: ['cancelled', 'failed'],
  cancelled: [],
  failed: ['pending', 'reserved', 'cancelling', 'cancelled'],
} as const satisfies Record<OrderStatus, readonly OrderStatus[]>;

/** Whether an order may go from one status to another in one step. */
export function canMove(from: OrderStatus, to: OrderStatus): boolean {
  const next: readonly OrderStatus[] = TRANSITIONS[from];
  return next.includes(to);
}

/** Terminal: nothing will ever move the order again. */
export function isTerminal(status: OrderStatus): boolean {
  return TRANSITIONS[status].length === 0;
}

/** At rest: terminal, or `failed` and waiting for an operator. A client need not poll any longer. */
export function isAtRest(status: OrderStatus): boolean {
  return isTerminal(status) || status === 'failed';
}

/** Whether a text read from outside is a status this version knows. */
export function isOrderStatus(value: string): value is OrderStatus {
  const known: readonly string[] = ORDER_STATUSES;
  return known.includes(value);
}
