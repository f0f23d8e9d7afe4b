import type { Connection } from '../client.ts';
import type { Settlement } from '../orders/settle-orders.ts';
import { plainArray, textArray } from '../sql-array.ts';

/**
 * Writes outcomes on their attempts, whatever the orders' status. Definite outcomes are final:
 * zero rows mean that the outcome was known already. One exception: a capture overrides what says
 * that no money moved, should a provider break its word or an operator be wrong, since money that
 * did move must never be forgotten.
 */
export async function storeOutcomes(
  tx: Connection,
  settlements: readonly Settlement[],
): Promise<void> {
  const outcomes = settlements.flatMap(({ orderId, attempt, result }) =>
    result.kind === 'gave-up' ? [] : [{ orderId, attempt, result }],
  );
  if (outcomes.length === 0) return;
  await tx.$executeRaw`
    UPDATE payment_attempts p
       SET outcome = t.outcome, charge_id = t.charge_id, code = t.code, retryable = t.retryable,
           settled_at = statement_timestamp()
      FROM unnest(
        ${textArray(outcomes.map(({ orderId }) => orderId))}::uuid[],
        ${plainArray(outcomes.map(({ attempt }) => attempt))}::int[],
        ${textArray(outcomes.map(({ result }) => result.kind))}::text[],
        ${textArray(outcomes.map(({ result }) => ('chargeId' in result ? result.chargeId : null)))}::text[],
        ${textArray(outcomes.map(({ result }) => ('code' in result ? result.code : null)))}::text[],
        ${plainArray(outcomes.map(({ result }) => ('retryable' in result ? result.retryable : null)))}::boolean[]
      ) AS t(order_id, attempt, outcome, charge_id, code, retryable)
     WHERE p.order_id = t.order_id AND p.attempt = t.attempt
       AND (p.outcome IS NULL OR p.outcome <> 'captured' AND t.outcome = 'captured')`;
}
