import type { Database } from '@orders/database/client';
import {
  type ActResult,
  actOnDeadLetter,
  type OperatorAct,
} from '@orders/database/dead-letters/act-on-dead-letter';
import type { DeadLetterActed } from '@orders/domain/contracts/dead-letter';
import type { Answer } from '../cli/answer.ts';
import { describeProblem } from './describe-problem.ts';

/**
 * Acts on one dead letter and says what became of its order, or why nothing was done; to programs
 * as the admin routes do.
 */
export async function actById(
  database: Database,
  id: string,
  act: OperatorAct,
  actor: string,
): Promise<Answer> {
  const result = await actOnDeadLetter(database, id, act, actor);
  const text = describeResult(id, result);
  if (result.kind === 'done') {
    const acted: DeadLetterActed = { id, orderId: result.orderId, status: result.status };
    return { verdict: 'good', json: acted, text };
  }
  const members =
    result.kind === 'live-twin' ? { existingOrderId: result.existingOrderId } : undefined;
  return { verdict: 'bad', json: describeProblem(slugOf(result), text, members), text };
}

/** The problem that the admin routes answer a refusal with. */
export function slugOf({ kind }: Exclude<ActResult, { kind: 'done' }>) {
  switch (kind) {
    case 'not-found':
      return 'not-found';
    case 'already-closed':
      return 'already-redriven';
    case 'live-twin':
      return 'duplicate-order';
    case 'nothing-to-resolve':
      return 'illegal-state';
  }
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
