import type { BasketItem } from '@orders/domain/basket';
import { decideOutcome } from '@orders/domain/decide-payment';
import type { RetryPolicy } from '@orders/domain/retry-policy';
import type { Database } from '../client.ts';
import { type SeenOrder, toState } from './seen-order.ts';
import { moveAsSeen } from './move-as-seen.ts';
import type { OrderStep } from './move-orders.ts';
import type { Settlement } from './settle-orders.ts';

/** An order as the run that reserved its stock has left it. */
export interface Reserved {
  readonly order: SeenOrder;
  readonly items: readonly BasketItem[];
}

/**
 * Completes orders that are paid, in one statement and without reading them again: their run
 * remembers how it had reserved them, and only those move that are still in that version. Returns
 * the settlements that are done; the others have left no trace and are to be settled under their
 * locks.
 *
 * @param settlements of orders that are all different
 * @throws as any statement does; when the reply was lost, the orders may be completed
 */
export async function completeReserved(
  database: Database,
  settlements: readonly Settlement[],
  policy: RetryPolicy,
): Promise<ReadonlySet<Settlement>> {
  const paid = settlements.flatMap((settlement) => {
    const step = decideCompletion(settlement, policy);
    return step === null ? [] : [{ settlement, step }];
  });
  if (paid.length === 0) return new Set();
  const steps = paid.map(({ step }) => step);
  const moved = await moveAsSeen(database, steps, 'settle', { pickedUp: true });
  const done = paid.filter(({ step }) => moved.has(step.order.id));
  return new Set(done.map(({ settlement }) => settlement));
}

function decideCompletion(
  { attempt, result, reserved }: Settlement,
  policy: RetryPolicy,
): OrderStep | null {
  if (reserved === undefined || result.kind !== 'captured') return null;
  const { order, items } = reserved;
  if (order.attempt !== attempt) return null;
  const decision = decideOutcome(toState(order, 'captured'), result, {
    now: order.readAt,
    random: 0,
    policy,
  });
  if (decision.kind !== 'step' || decision.step.to !== 'completed') return null;
  return { order, step: decision.step, items, actor: 'system', chargeId: result.chargeId };
}
