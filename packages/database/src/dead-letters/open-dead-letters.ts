import type { Step } from '@orders/domain/decision';
import { v7 as uuidv7 } from 'uuid';
import type { Connection } from '../client.ts';

interface FailingStep {
  readonly order: { readonly id: string; readonly status: string; readonly attempts: number };
  readonly step: Pick<Step, 'deadLetter' | 'data'>;
}

/**
 * Writes the dead letters of orders that fail, in the transaction that fails them: an order is
 * `failed` exactly while one of its dead letters is open (unique index).
 */
export async function openDeadLetters(
  tx: Connection,
  steps: readonly FailingStep[],
): Promise<void> {
  for (const { order, step } of steps) {
    if (step.deadLetter === undefined) continue;
    await tx.$executeRaw`
      INSERT INTO dead_letters (id, order_id, reason, from_status, detail, attempts, opened_at)
      VALUES (${uuidv7()}::uuid, ${order.id}::uuid, ${step.deadLetter}, ${order.status},
              ${JSON.stringify(step.data)}::jsonb, ${order.attempts}, statement_timestamp())`;
  }
}
