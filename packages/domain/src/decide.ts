import type { Allocation } from './allocate.ts';
import type { BasketItem } from './basket.ts';
import type { DeadLetterReason } from './dead-letter-reason.ts';
import type { Circumstances, Decision, OrderState, Step } from './decision.ts';
import { isTerminal } from './order-status.ts';
import type { RetryPolicy } from './retry-policy.ts';
import { BACKORDER_BACKOFF, backoffMs, triesAfter } from './retry-policy.ts';
import { step } from './step.ts';

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
  const tries = triesAfter(BACKORDER_BACKOFF, waitedMs);
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
