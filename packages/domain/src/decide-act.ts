import type { Decision, OrderState, Step } from './decision.ts';
import type { OrderStatus } from './order-status.ts';

/** What an operator does about a dead letter. */
export type DeadLetterAct =
  | { readonly kind: 'redrive' }
  | { readonly kind: 'discard'; readonly reason: string }
  /** He found out at the provider how the payment ended. */
  | {
      readonly kind: 'resolve';
      readonly outcome: 'charged' | 'not_charged';
      readonly reason: string;
    };

/**
 * An operator acts on a failed order.
 *
 * Redrive returns it to where it can go on: `cancelling` if it came from there, else `reserved` if
 * it holds stock, else `pending`. Discard cancels it, by way of `cancelling` as long as money may
 * have moved. Resolve (after the outcome was stored) goes on with what is known now.
 *
 * @param cameFrom the status in which it failed
 */
export function decideAct(order: OrderState, cameFrom: OrderStatus, act: DeadLetterAct): Decision {
  if (order.status !== 'failed') return { kind: 'none' };
  switch (act.kind) {
    case 'redrive':
      return goOn(order, cameFrom, 'redriven', {});
    case 'discard':
      return order.payment === 'none' || order.payment === 'not_charged'
        ? cancel(order, act.reason, 'cancelled', {})
        : goTo('cancelling', 'cancelling', act.reason, {}, order.attempt);
    case 'resolve': {
      const data = { outcome: act.outcome, note: act.reason };
      const isOver = cameFrom === 'cancelling' && order.payment === 'not_charged';
      return isOver
        ? cancel(order, null, 'resolved', data)
        : goOn(order, cameFrom, 'resolved', data);
    }
  }
}

function goOn(
  order: OrderState,
  cameFrom: OrderStatus,
  event: Step['event'],
  data: Step['data'],
): Decision {
  if (cameFrom === 'cancelling') {
    return goTo('cancelling', event, null, data, order.attempt);
  }
  if (!order.holdsStock) return goTo('pending', event, null, data, order.attempt);
  // A new attempt only when it is certain that the last one took no money.
  const attempt = order.payment === 'not_charged' ? order.attempt + 1 : order.attempt;
  return goTo('reserved', event, null, data, attempt);
}

function cancel(
  order: OrderState,
  reason: string | null,
  event: Step['event'],
  data: Step['data'],
): Decision {
  return {
    kind: 'step',
    step: {
      to: 'cancelled',
      reason,
      event,
      data,
      stock: order.holdsStock ? 'release' : 'none',
      attempt: order.attempt,
      nextCheckMs: null,
      redispatch: false,
    },
  };
}

function goTo(
  to: OrderStatus,
  event: Step['event'],
  reason: string | null,
  data: Step['data'],
  attempt: number,
): Decision {
  return {
    kind: 'step',
    step: { to, reason, event, data, stock: 'none', attempt, nextCheckMs: 0, redispatch: true },
  };
}
