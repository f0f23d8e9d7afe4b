import { readDeadLetterDetails } from '@orders/database/dead-letters/read-dead-letter-details';
import { deadLetterDetailsSchema } from '@orders/domain/contracts/dead-letter';
import type { FastifyInstance } from 'fastify';
import { answerInTime } from '../../answer-in-time.ts';
import { ProblemError } from '../../problems/problem-error.ts';
import { describeOperation, ID_PARAMS, type OneById } from '../describe-operation.ts';
import { DEAD_LETTER_DETAILS_EXAMPLE } from './examples.ts';

const schema = describeOperation({
  operationId: 'getDeadLetter',
  summary: 'A dead letter with its order, its payments, every error and the log',
  params: ID_PARAMS,
  answer: deadLetterDetailsSchema,
  example: DEAD_LETTER_DETAILS_EXAMPLE,
  problems: ['not-found'],
});

/** `GET /admin/dead-letters/:id` */
export async function showDeadLetterRoute(app: FastifyInstance): Promise<void> {
  app.get<OneById>('/admin/dead-letters/:id', { schema }, async (request) => {
    const id = request.params.id.toLowerCase();
    const details = await answerInTime(readDeadLetterDetails(app.database, id));
    if (details === null) throw new ProblemError('not-found');
    return details;
  });
}
