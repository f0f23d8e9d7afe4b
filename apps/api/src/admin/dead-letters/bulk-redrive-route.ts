import { countDeadLetters, listDeadLetters } from '@orders/database/dead-letters/read-dead-letters';
import {
  type BulkRedriven,
  bulkRedriveBodySchema,
  bulkRedrivenSchema,
} from '@orders/domain/contracts/dead-letter';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { answerInTime } from '../../answer-in-time.ts';
import { ProblemError } from '../../problems/problem-error.ts';
import { describeOperation } from '../describe-operation.ts';
import { act } from './act.ts';
import { toFilter } from './to-filter.ts';

/** Transactions at the same time: enough to be quick, few enough to leave the pool to customers. */
const AT_ONCE = 4;

const schema = describeOperation({
  operationId: 'redriveDeadLetters',
  summary: 'Redrive all open dead letters that match',
  description:
    'Each in a transaction of its own, and each once, whoever else redrives at the same time. ' +
    'Nothing is done when another number matches than was expected: `matching` then tells it.',
  body: bulkRedriveBodySchema,
  answer: bulkRedrivenSchema,
  example: { matching: 12, dryRun: false, redriven: 12, refused: [] },
  problems: ['illegal-state'],
});

type Body = z.output<typeof bulkRedriveBodySchema>;

/** `POST /admin/dead-letters/redrive` */
export async function bulkRedriveRoute(app: FastifyInstance): Promise<void> {
  app.post<{ Body: Body }>(
    '/admin/dead-letters/redrive',
    { schema },
    async (request): Promise<BulkRedriven> => {
      const { filter, expectedCount, dryRun } = request.body;
      const open = { ...toFilter(filter), state: 'open' } as const;
      const matching = await answerInTime(countDeadLetters(app.database, open));
      if (dryRun) return { matching, dryRun, redriven: 0, refused: [] };
      const found = await answerInTime(listDeadLetters(app.database, open, expectedCount + 1));
      if (found.length !== expectedCount) {
        throw new ProblemError('illegal-state', {
          detail:
            'Another number of open dead letters matches than was expected; nothing was done.',
          members: { matching, expectedCount },
        });
      }
      const ids = found.map(({ id }) => id);
      const refused = await redriveAll(app, request, ids);
      return { matching, dryRun, redriven: ids.length - refused.length, refused };
    },
  );
}

/** Redrives these, oldest first; returns those that were not. */
async function redriveAll(
  app: FastifyInstance,
  request: FastifyRequest,
  ids: readonly string[],
): Promise<BulkRedriven['refused']> {
  const waiting = ids.toReversed();
  const refused: BulkRedriven['refused'] = [];
  async function work(): Promise<void> {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const reason = await redriveOne(app, request, id);
      if (reason !== null) refused.push({ id, reason });
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return refused;
}

async function redriveOne(
  app: FastifyInstance,
  request: FastifyRequest,
  id: string,
): Promise<BulkRedriven['refused'][number]['reason'] | null> {
  const result = await act(app, request, id, { kind: 'redrive', force: false });
  switch (result.kind) {
    case 'done':
      return null;
    case 'already-closed':
      return 'already-redriven';
    case 'live-twin':
      return 'duplicate-order';
    case 'not-found':
      return 'not-found';
    case 'nothing-to-resolve':
      throw new Error('a redrive resolves nothing');
  }
}
