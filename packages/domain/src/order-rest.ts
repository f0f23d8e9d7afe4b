import { DEAD_LETTER_REASONS, type DeadLetterReason } from './dead-letter-reason.ts';
import type { Step } from './decision.ts';
import type { OrderStatus } from './order-status.ts';

/** Why an order is refused for good. */
const REJECTION_REASONS = ['out_of_stock', 'payment_declined'] as const;

export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** How an order came to rest. Of few kinds: what people give as a reason is not in it. */
export type OrderRest =
  | { readonly status: 'completed' | 'cancelled'; readonly reason: 'none' }
  | { readonly status: 'rejected'; readonly reason: RejectionReason | 'none' }
  | { readonly status: 'failed'; readonly reason: DeadLetterReason | 'none' };

/** Every way to rest that there is a decision for. */
export const ORDER_RESTS: readonly OrderRest[] = [
  { status: 'completed', reason: 'none' },
  ...REJECTION_REASONS.map((reason) => ({ status: 'rejected', reason }) as const),
  { status: 'cancelled', reason: 'none' },
  ...DEAD_LETTER_REASONS.map((reason) => ({ status: 'failed', reason }) as const),
];

/**
 * How an order comes to rest by a step; null when it does not, or did before: what happens to an
 * order at rest, such as a refund that comes late, is no second end. One that failed and is
 * cancelled has come to rest twice.
 */
export function restOf(from: OrderStatus, step: Step): OrderRest | null {
  if (step.to === from) return null;
  switch (step.to) {
    case 'completed':
    case 'cancelled':
      return { status: step.to, reason: 'none' };
    case 'rejected':
      return { status: step.to, reason: rejectionReasonOf(step) };
    case 'failed':
      return { status: step.to, reason: step.deadLetter ?? 'none' };
    case 'pending':
    case 'backordered':
    case 'reserved':
    case 'cancelling':
      return null;
  }
}

function rejectionReasonOf({ reason }: Step): RejectionReason | 'none' {
  return REJECTION_REASONS.find((known) => known === reason) ?? 'none';
}
