import { giveUp } from './decide.ts';
import type { Circumstances, Decision, OrderState, PaymentOutcome } from './decision.ts';
import { isAtRest } from './order-status.ts';
import { backoffMs, DECLINE_BACKOFF } from './retry-policy.ts';
import { step } from './step.ts';

const NONE: Decision = { kind: 'none' };

/**
 * The current payment attempt came to an outcome. (Outcomes of older attempts go through
 * {@link decideLateOutcome}.)
 */
export function decideOutcome(
  order: OrderState,
  outcome: PaymentOutcome,
  { random, policy }: Circumstances,
): Decision {
  if (order.status === 'reserved') {
    switch (outcome.kind) {
      case 'captured':
        return step(order, 'completed', 'completed', {
          stock: 'sell',
          data: { attempt: order.attempt, chargeId: outcome.chargeId },
        });
      case 'declined':
        if (outcome.retryable && order.attempt < policy.paymentAttempts) {
          return step(order, 'reserved', 'payment_declined', {
            data: { attempt: order.attempt, code: outcome.code },
            attempt: order.attempt + 1,
            nextCheckMs: backoffMs(DECLINE_BACKOFF, order.attempt, random),
            redispatch: true,
          });
        }
        return step(order, 'rejected', 'rejected', {
          reason: 'payment_declined',
          stock: 'release',
          data: { attempt: order.attempt, code: outcome.code },
        });
      case 'voided':
        return step(order, 'reserved', 'payment_voided', {
          data: { attempt: order.attempt },
          attempt: order.attempt + 1,
          nextCheckMs: 0,
          redispatch: true,
        });
      case 'refused':
        return giveUp({ ...order, payment: 'not_charged' }, 'payment_refused', {
          attempt: order.attempt,
          code: outcome.code,
        });
    }
  }
  if (order.status === 'cancelling') {
    const kept = outcome.kind === 'captured' && order.payment !== 'not_charged';
    if (kept) return refund(order, outcome.chargeId);
    return step(order, 'cancelled', 'cancelled', {
      stock: order.holdsStock ? 'release' : 'none',
      data: { payment: outcome.kind },
    });
  }
  // Told twice, or in the hands of an operator.
  if (order.status === 'completed' || order.status === 'failed') return NONE;
  return decideLateOutcome(order, outcome);
}

/**
 * An outcome that nobody waits for any more: of an attempt before the current one, or of an order
 * that has ended without money. What was taken is given back, whatever the status: a void that did
 * not hold, or an operator who was wrong, must not make the customer pay twice.
 */
export function decideLateOutcome(order: OrderState, outcome: PaymentOutcome): Decision {
  if (outcome.kind !== 'captured') return NONE;
  if (order.payment === 'not_charged') return NONE;
  return refund(order, outcome.chargeId);
}

/**
 * A refund is done. `open` says how many of the order's refunds are still to be driven. Cancelling
 * is over only when the current attempt took no money or it was given back: the refund may have
 * been that of an earlier one.
 */
export function decideRefunded(order: OrderState, refundId: string, open: number): Decision {
  const isClear = open === 0 && (order.payment === 'none' || order.payment === 'not_charged');
  if (order.status === 'cancelling' && isClear) {
    return step(order, 'cancelled', 'cancelled', {
      stock: order.holdsStock ? 'release' : 'none',
      data: { payment: 'refunded', refundId },
    });
  }
  const goesOn = open > 0 || !isAtRest(order.status);
  return step(order, order.status, 'refunded', {
    data: { refundId },
    nextCheckMs: goesOn ? 0 : null,
    redispatch: goesOn,
  });
}

function refund(order: OrderState, chargeId: string): Decision {
  if (order.payment === 'refunding') return NONE;
  return step(order, order.status, 'refund_requested', {
    data: { chargeId },
    nextCheckMs: 0,
    redispatch: true,
    refund: { chargeId },
  });
}
