import type { Step } from '@orders/domain/decision';
import { refundKey } from '@orders/domain/next-call';
import type { Connection } from '../client.ts';

interface RefundStep {
  readonly order: { readonly id: string };
  readonly step: Pick<Step, 'refund'>;
}

/**
 * Writes the refunds that steps call for, each for the amount of the attempt that was captured.
 * Committed before the provider is called, so a crash cannot forget one. A charge that has its
 * refund already keeps it (unique index): zero rows mean that it was found twice.
 */
export async function requestRefunds(tx: Connection, steps: readonly RefundStep[]): Promise<void> {
  for (const { order, step } of steps) {
    if (step.refund === undefined) continue;
    const [row] = await tx.$queryRaw<{ n: number }[]>`
      SELECT (COALESCE(max(n), 0) + 1)::int AS n FROM refunds WHERE order_id = ${order.id}::uuid`;
    const n = row?.n ?? 1;
    await tx.$executeRaw`
      INSERT INTO refunds (order_id, n, key, charge_id, amount_minor, currency, created_at)
      SELECT order_id, ${n}, ${refundKey(order.id, n)}, charge_id, amount_minor, currency, statement_timestamp()
        FROM payment_attempts
       WHERE order_id = ${order.id}::uuid AND charge_id = ${step.refund.chargeId} AND outcome = 'captured'
          ON CONFLICT (charge_id) DO NOTHING`;
  }
}
