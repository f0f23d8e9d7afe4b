import { restOf } from '@orders/domain/order-rest';
import type { Database } from '../client.ts';
import { isContention } from '../sql-state.ts';
import type { TransactionStep } from '../transaction-failpoint.ts';
import { type MoveOptions, moveOrders, type OrderStep } from './move-orders.ts';

/**
 * Moves orders that were read without a lock, in a statement that is a transaction of its own.
 * Returns the ids of those that have moved, which is committed; the others were not as they had
 * been seen, or were in the way of somebody else, and have left no trace.
 *
 * @throws as any statement does; when the reply was lost, they may have moved
 */
export async function moveAsSeen(
  database: Database,
  steps: readonly OrderStep[],
  point: TransactionStep,
  options: MoveOptions,
): Promise<ReadonlySet<string>> {
  const { prisma, failpoint, onMoves } = database;
  const orderIds = steps.map(({ order }) => order.id);
  await failpoint?.(`${point}.before-commit`, orderIds);
  const moved = await moveUnlessContended();
  const taken = steps.filter(({ order }) => moved.has(order.id));
  if (taken.length > 0) {
    onMoves?.(
      taken.map(({ order, step }) => ({ orderId: order.id, rest: restOf(order.status, step) })),
    );
  }
  await failpoint?.(`${point}.after-commit`, orderIds);
  return moved;

  async function moveUnlessContended(): Promise<ReadonlySet<string>> {
    try {
      return await moveOrders(prisma, steps, options);
    } catch (error) {
      // Rolled back as a whole, so nothing has moved.
      if (isContention(error)) return new Set();
      throw error;
    }
  }
}
