/** Why an order gave up and waits for an operator. */
export const DEAD_LETTER_REASONS = [
  /** It failed on its own account as often as is allowed. */
  'attempts_exhausted',
  /** Every worker that took it died. */
  'worker_killed',
  /** The provider says that the request itself is wrong. */
  'payment_refused',
  /** The provider could not be reached until giving up. */
  'payment_unavailable',
  /** Whether the charge happened is unknown, and its key may no longer be repeated. */
  'payment_unknown',
  /** The money could not be given back until giving up. */
  'refund_failed',
] as const;

export type DeadLetterReason = (typeof DEAD_LETTER_REASONS)[number];

export const DEAD_LETTER_STATES = ['open', 'redriven', 'discarded', 'resolved'] as const;

export type DeadLetterState = (typeof DEAD_LETTER_STATES)[number];
