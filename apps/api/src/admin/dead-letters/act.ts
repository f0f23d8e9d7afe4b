import {
  type ActResult,
  actOnDeadLetter,
  type OperatorAct,
} from '@orders/database/dead-letters/act-on-dead-letter';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { answerInTime } from '../../answer-in-time.ts';
import { actorOf } from '../../authentication/principal.ts';
import { dispatchRuns } from '../../dispatch-runs.ts';
import { principalOf } from '../../plugins/authentication.ts';
import { ProblemError } from '../../problems/problem-error.ts';

/**
 * Acts on a dead letter in the name of who asks, and sends its order on its way at once. Who acted
 * stands in the order's log, in the dead letter, and in the log of this service.
 */
export async function act(
  app: FastifyInstance,
  request: FastifyRequest,
  id: string,
  operatorAct: OperatorAct,
): Promise<ActResult> {
  const actor = actorOf(principalOf(request));
  const result = await answerInTime(actOnDeadLetter(app.database, id, operatorAct, actor));
  const context = { deadLetterId: id, act: operatorAct.kind, actor, requestId: request.id };
  if (result.kind === 'done') {
    const { orderId, status } = result;
    app.log.info({ ...context, orderId, status }, 'A dead letter was acted on.');
    app.nudges.publish([orderId]);
    if (result.run !== null) await dispatchRuns(app, [result.run]);
  } else {
    app.log.info({ ...context, result: result.kind }, 'An act on a dead letter was refused.');
  }
  return result;
}

/**
 * What the operator is told.
 * @throws ProblemError for every refusal
 */
export function answerAct(id: string, result: ActResult) {
  switch (result.kind) {
    case 'done':
      return { id, orderId: result.orderId, status: result.status };
    case 'not-found':
      throw new ProblemError('not-found');
    case 'already-closed':
      throw new ProblemError('already-redriven');
    case 'live-twin':
      throw new ProblemError('duplicate-order', {
        detail:
          'The customer has ordered the same basket again since; `force: true` redrives all the same.',
        members: { existingOrderId: result.existingOrderId },
      });
    case 'nothing-to-resolve':
      throw new ProblemError('illegal-state', {
        detail: 'How the payment of this order ended is known already.',
      });
  }
}
