import type { PlannedOrder } from './plan-orders.ts';

/** What the client knows of one order of the run. Times in ms since the run began, its own clock. */
export interface Placement {
  readonly order: PlannedOrder;
  /** When it was first sent; with a rate, when it should have been, if that was earlier. */
  sentMs: number | null;
  acceptedMs: number | null;
  orderId: string | null;
  /** How often it was sent. */
  tries: number;
  /** The last answer: an HTTP status, or `lost` when none came. */
  answer: number | 'lost' | null;
  /** Of a refusal: the problem's type, for the verdict. */
  problem: string | null;
  retryAfterMs: number;
}

/** An order that has not been sent yet. */
export function createPlacement(order: PlannedOrder): Placement {
  return {
    order,
    sentMs: null,
    acceptedMs: null,
    orderId: null,
    tries: 0,
    answer: null,
    problem: null,
    retryAfterMs: 0,
  };
}

/**
 * Whether sending it again, with its key, may help: no answer came, or the service said "later".
 * Any other refusal is an answer.
 */
export function isOpen({ answer }: Placement): boolean {
  return answer === null || answer === 'lost' || answer === 429 || answer === 503;
}
