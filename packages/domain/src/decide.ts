import type { Allocation } from './allocate.ts';
import type { BasketItem } from './basket.ts';
import type { DeadLetterReason } from './dead-letter-reason.ts';
import type { Decision, OrderState, PaymentOutcome, Step } from './decision.ts';
import type { OrderStatus } from './order-status.ts';
import { isAtRest, isTerminal } from './order-status.ts';
import type { RetryPolicy } from './retry-policy.ts';
import {
  BACKORDER_BACKOFF,
  DECLINE_BACKOFF,
  PRODUCTION_RETRY_POLICY,
  backoffMs,
} from './retry-policy.ts';

/** The lease of an order whose process is not told otherwise; see {@link RetryPolicy}. */
export const LEASE_MS = PRODUCTION_RETRY_POLICY.leaseMs;

/** Time and chance, handed in so that every decision can be repeated. */
export interface Circumstances {
  readonly now: Date;
  /** In [0, 1). */
  readonly random: number;
  readonly policy: RetryPolicy;
}

const NONE: Decision = { kind: 'none' };

/**
 * An order asked for its stock. Shortage is an outcome, not a failure: the order waits with
 * backoff, and is rejected once it has waited for as long as the policy allows.
 */
export function decideReservation(
  order: OrderState,
  allocation: Allocation,
  { now, random, policy }: Circumstances,
): Decision {
  if (order.status !== 'pending' && order.status !== 'backordered') return NONE;
  if (allocation.kind === 'allocated') {
    return step(order, 'reserved', 'reserved', {
      stock: 'reserve',
      // Money that an earlier attempt already took pays for this reservation.
      attempt: order.payment === 'captured' ? order.attempt : order.attempt + 1,
      nextCheckMs: policy.leaseMs,
    });
  }
  // Never negative, though the order's times may come from a clock that is ahead of this one.
  const waitedMs =
    order.status === 'backordered' ? Math.max(0, now.getTime() - order.stepStartedAt.getTime()) : 0;
  const leftMs = policy.backorderMaxWaitMs - waitedMs;
  if (leftMs <= 0) {
    return step(order, 'rejected', 'rejected', {
      reason: 'out_of_stock',
      data: { short: allocation.items },
    });
  }
  // Waiting doubles with the time already waited, so no counter is needed.
  const tries = 1 + Math.floor(Math.log2(1 + waitedMs / BACKORDER_BACKOFF.baseMs));
  const nextCheckMs = Math.min(backoffMs(BACKORDER_BACKOFF, tries, random), leftMs);
  if (order.status === 'backordered')
    return { kind: 'wait', nextCheckMs, waitsFor: allocation.items };
  return step(order, 'backordered', 'backordered', {
    data: { short: allocation.items },
    nextCheckMs,
    redispatch: true,
    waitsFor: allocation.items,
  });
}

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

/** Cancel was asked for. While a charge may be under way only the provider can tell how it ends. */
export function decideCancel(order: OrderState, reason: string | null): Decision {
  switch (order.status) {
    case 'pending':
    case 'backordered':
      return step(order, 'cancelled', 'cancelled', { reason });
    case 'reserved':
      return step(order, 'cancelling', 'cancelling', { reason, nextCheckMs: 0, redispatch: true });
    default:
      return NONE;
  }
}

/**
 * The customer changed the items before anything was reserved. The order looks at the stock anew;
 * one that waits keeps its place, now in the lines of all its new items: which of them it is short
 * of only that look can tell.
 */
export function decideUpdate(
  order: OrderState,
  items: readonly BasketItem[],
  data: Step['data'],
): Decision {
  if (order.status !== 'pending' && order.status !== 'backordered') return NONE;
  return step(order, order.status, 'updated', {
    data,
    nextCheckMs: 0,
    redispatch: true,
    ...(order.status === 'backordered' ? { waitsFor: items } : {}),
  });
}

/**
 * The order failed on its own account. It is tried again with backoff (the caller's) until its
 * attempts, this one counted, are used up; then it becomes a dead letter.
 */
export function decideFailure(order: OrderState, detail: string, policy: RetryPolicy): Decision {
  if (isTerminal(order.status) || order.status === 'failed') return NONE;
  if (order.attempts < policy.orderAttempts) return NONE;
  return giveUp(order, 'attempts_exhausted', { error: detail });
}

/**
 * No more tries: exactly one dead letter waits for an operator. Stock stays held only while the
 * goods are paid for or may be: the outcome is unknown, or captured and not about to be refunded.
 */
export function giveUp(
  order: OrderState,
  reason: DeadLetterReason,
  data: Readonly<Record<string, unknown>>,
): Decision {
  if (isTerminal(order.status) || order.status === 'failed') return NONE;
  const mayBePaid =
    order.payment === 'unknown' || (order.payment === 'captured' && order.status === 'reserved');
  return step(order, 'failed', 'failed', {
    reason,
    data,
    stock: order.holdsStock && !mayBePaid ? 'release' : 'none',
    deadLetter: reason,
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

function step(
  order: OrderState,
  to: OrderStatus,
  event: Step['event'],
  rest: Partial<Omit<Step, 'to' | 'event'>>,
): Decision {
  return {
    kind: 'step',
    step: {
      to,
      event,
      reason: null,
      data: {},
      stock: 'none',
      attempt: order.attempt,
      nextCheckMs: null,
      redispatch: false,
      ...rest,
    },
  };
}
