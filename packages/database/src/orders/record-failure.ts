import { decideFailure } from '@orders/domain/decide';
import type { RetryPolicy } from '@orders/domain/retry-policy';
import type { Database } from '../client.ts';
import { toStorableText } from '../storable-text.ts';
import { inTransaction } from '../transaction.ts';
import { lockOrder } from './lock-orders.ts';
import { takeStep } from './take-step.ts';

/** An error that a run met. */
export interface Failure {
  readonly orderId: string;
  readonly dispatch: number;
  /** What was being done: `begin`, `charge`, `settle`, `refund`, … */
  readonly step: string;
  /** `own` spends one of the order's attempts; an `outage` of a partner does not. */
  readonly kind: 'own' | 'outage';
  readonly message: string;
}

/** How often the order failed on its own account by now, or that it gave up. */
export type FailureCount =
  | { readonly kind: 'retry'; readonly attempts: number }
  | { readonly kind: 'failed' };

/**
 * Writes an error down, and counts it when it is the order's own. The last one allowed fails the
 * order with its dead letter in the same transaction.
 */
export async function recordFailure(
  database: Database,
  failure: Failure,
  policy: RetryPolicy,
): Promise<FailureCount> {
  return inTransaction(
    database,
    async (tx) => {
      const order = await lockOrder(tx, failure.orderId);
      if (order === null) return { kind: 'retry', attempts: 0 };
      await tx.$executeRaw`
      INSERT INTO order_failures (order_id, step, kind, message, attempt, dispatch, at)
      VALUES (${order.id}::uuid, ${failure.step}, ${failure.kind}, ${toStorableText(failure.message, 2_000)},
              ${order.attempt}, ${failure.dispatch}, statement_timestamp())`;
      if (failure.kind === 'outage' || order.dispatch > failure.dispatch) {
        return { kind: 'retry', attempts: order.attempts };
      }
      const counted = { ...order, attempts: order.attempts + 1 };
      const moved = await takeStep(tx, counted, 'system', true, (state) =>
        decideFailure(state, toStorableText(failure.message, 500), policy),
      );
      if (moved !== null) return { kind: 'failed' };
      await tx.$executeRaw`
      UPDATE orders
         SET attempts = attempts + 1,
             next_check_at = statement_timestamp() + ${policy.leaseMs} * interval '1 millisecond'
       WHERE id = ${order.id}::uuid AND next_check_at IS NOT NULL`;
      return { kind: 'retry', attempts: counted.attempts };
    },
    { step: 'fail', orderIds: [failure.orderId] },
  );
}
