import type { Decision, OrderState, Step } from '@orders/domain/decision';
import type { Connection } from '../client.ts';
import { lockStockOfOrders } from '../inventory/lock-stock-of-orders.ts';
import { NO_PAYMENTS, paymentState, readPayments } from '../payments/read-payments.ts';
import { applySteps } from './apply-steps.ts';
import { type SeenOrder, toState } from './seen-order.ts';

/**
 * Lets a decision be made about one locked order and carries it out, stock and all. Returns the
 * step taken, or null when the decision was to do nothing.
 */
export async function takeStep(
  tx: Connection,
  order: SeenOrder,
  actor: string,
  pickedUp: boolean,
  decide: (state: OrderState) => Decision,
): Promise<Step | null> {
  const payments = (await readPayments(tx, [order.id])).get(order.id) ?? NO_PAYMENTS;
  const decision = decide(toState(order, paymentState(payments, order.attempt)));
  if (decision.kind !== 'step') return null;
  const { step } = decision;
  const { items } = await lockStockOfOrders(tx, step.stock === 'none' ? [] : [order.id]);
  await applySteps(tx, [{ order, step, items: items.get(order.id) ?? [], actor }], pickedUp);
  return step;
}
