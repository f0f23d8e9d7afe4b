import { restOf } from '@orders/domain/order-rest';
import type { Connection } from '../client.ts';
import { openDeadLetters } from '../dead-letters/open-dead-letters.ts';
import { replaceBackorders } from '../inventory/replace-backorders.ts';
import { trackShortfalls } from '../inventory/track-shortfalls.ts';
import { requestRefunds } from '../payments/request-refunds.ts';
import { moveOrders, type OrderStep } from './move-orders.ts';
import { noteMoves } from './order-move.ts';

/**
 * Carries out steps of orders that this transaction has locked, and whose stock it has locked
 * when a step touches it: all that {@link moveOrders} does, and dead letter, refund, lines of those
 * who wait for stock, shortfalls.
 *
 * Under the lock status and version cannot have changed; an order that does not move is a bug and
 * rolls everything back.
 *
 * @param pickedUp whether a worker does this, which starts the clock of the processing time
 */
export async function applySteps(
  tx: Connection,
  steps: readonly OrderStep[],
  pickedUp: boolean,
): Promise<void> {
  if (steps.length === 0) return;
  const moved = await moveOrders(tx, steps, { pickedUp });
  if (moved.size !== steps.length) throw new Error('a locked order was not as it was read');

  // Only giving stock back can end a shortfall; taking it needs what is there.
  const released = steps.filter(({ step }) => step.stock === 'release');
  const skus = released.flatMap(({ items }) => items.map(({ sku }) => sku));
  await trackShortfalls(tx, Array.from(new Set(skus)));
  await replaceBackorders(tx, steps);
  await requestRefunds(tx, steps);
  await openDeadLetters(tx, steps);
  noteMoves(
    tx,
    steps.map(({ order, step }) => ({ orderId: order.id, rest: restOf(order.status, step) })),
  );
}
