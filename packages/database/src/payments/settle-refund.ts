import { decideRefunded } from '@orders/domain/decide-payment';
import type { Database } from '../client.ts';
import { lockStockOfOrders } from '../inventory/lock-stock-of-orders.ts';
import { applySteps } from '../orders/apply-steps.ts';
import { lockOrder } from '../orders/lock-orders.ts';
import { toState } from '../orders/seen-order.ts';
import { inTransaction } from '../transaction.ts';
import { paymentState, readPayments } from './read-payments.ts';

/**
 * Records that a refund was done, and takes the order the step that was waiting for it. A second
 * call changes nothing: the refund is only ever marked once.
 */
export async function settleRefund(
  database: Database,
  orderId: string,
  n: number,
  refundId: string,
): Promise<void> {
  await inTransaction(
    database,
    async (tx) => {
      const order = await lockOrder(tx, orderId);
      if (order === null) throw new Error(`refund of unknown order ${orderId}`);
      // Zero rows: another run was first and has taken the step, too.
      const marked = await tx.$executeRaw`
      UPDATE refunds SET refund_id = ${refundId}, refunded_at = statement_timestamp()
       WHERE order_id = ${orderId}::uuid AND n = ${n} AND refunded_at IS NULL`;
      if (marked === 0) return;
      const payments = (await readPayments(tx, [orderId])).get(orderId);
      const open = payments?.openRefunds.length ?? 0;
      const payment = payments === undefined ? 'none' : paymentState(payments, order.attempt);
      const decision = decideRefunded(toState(order, payment), refundId, open);
      if (decision.kind !== 'step') return;
      const { step } = decision;
      const { items } = await lockStockOfOrders(tx, step.stock === 'none' ? [] : [orderId]);
      await applySteps(
        tx,
        [{ order, step, items: items.get(orderId) ?? [], actor: 'system' }],
        true,
      );
    },
    { step: 'refund', orderIds: [orderId] },
  );
}
