import type { Database } from '@orders/database/client';
import {
  type ActResult,
  actOnDeadLetter,
  type OperatorAct,
} from '@orders/database/dead-letters/act-on-dead-letter';
import type { Answer } from '../cli/answer.ts';

/** Acts on one dead letter and says what became of its order, or why nothing was done. */
export async function actById(
  database: Database,
  id: string,
  act: OperatorAct,
  actor: string,
): Promise<Answer> {
  const result = await actOnDeadLetter(database, id, act, actor);
  return {
    verdict: result.kind === 'done' ? 'good' : 'bad',
    json: { id, act: act.kind, actor, result },
    text: describeResult(id, result),
  };
}

/** What became of an act, in one sentence. */
export function describeResult(id: string, result: ActResult): string {
  switch (result.kind) {
    case 'done':
      return `Order ${result.orderId} is ${result.status} now.`;
    case 'not-found':
      return `There is no dead letter ${id}.`;
    case 'already-closed':
      return `Somebody has acted on ${id} before: it is no longer open.`;
    case 'live-twin':
      return `Not redriven: the customer has ordered the same basket again (${result.existingOrderId}). --force redrives all the same.`;
    case 'nothing-to-resolve':
      return 'Not resolved: the payment is not in doubt, or `charged` came without --reference.';
  }
}
