import type { Decision, OrderState, Step } from './decision.ts';
import type { OrderStatus } from './order-status.ts';

/** A step that does nothing but what is said: no reason, no stock, no new attempt, no next look. */
export function step(
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
