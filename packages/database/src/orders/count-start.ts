import { giveUp } from '@orders/domain/decide';
import type { RetryPolicy } from '@orders/domain/retry-policy';
import type { Database } from '../client.ts';
import { inTransaction } from '../transaction.ts';
import type { OrderRun } from './begin-orders.ts';
import { lockOrder } from './lock-orders.ts';
import { takeStep } from './take-step.ts';

/**
 * Counts a run whose predecessor's worker died, in a transaction of its own before any work: if
 * this one kills its worker, too, that is remembered. Any step forward starts the count anew.
 * Returns whether the order may run; after too many such starts it is a dead letter instead.
 */
export async function countStart(
  database: Database,
  { orderId, dispatch }: OrderRun,
  policy: RetryPolicy,
): Promise<boolean> {
  return inTransaction(
    database,
    async (tx) => {
      const order = await lockOrder(tx, orderId);
      if (order === null || order.dispatch > dispatch) return true;
      await tx.$executeRaw`
      INSERT INTO order_failures (order_id, step, kind, message, attempt, dispatch, at)
      VALUES (${orderId}::uuid, 'run', 'killed', 'the worker of the last run did not report back',
              ${order.attempt}, ${dispatch}, statement_timestamp())`;
      if (order.starts + 1 > policy.maxStarts) {
        const data = { starts: order.starts };
        await takeStep(tx, order, 'system', true, (state) => giveUp(state, 'worker_killed', data));
        return false;
      }
      await tx.$executeRaw`UPDATE orders SET starts = starts + 1 WHERE id = ${orderId}::uuid`;
      return true;
    },
    { step: 'start', orderIds: [orderId] },
  );
}

/** How many runs of the order since it last moved on ended with the death of their worker. */
export async function readStarts(database: Database, orderId: string): Promise<number> {
  const [order] = await database.prisma.$queryRaw<{ starts: number }[]>`
    SELECT starts FROM orders WHERE id = ${orderId}::uuid`;
  return order?.starts ?? 0;
}
