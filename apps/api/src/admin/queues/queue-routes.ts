import {
  queueListSchema,
  queueNameSchema,
  queueSwitchedSchema,
  type QueueView,
} from '@orders/domain/contracts/queue';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { actorOf } from '../../authentication/principal.ts';
import { principalOf } from '../../plugins/authentication.ts';
import { ProblemError } from '../../problems/problem-error.ts';
import { describeOperation } from '../describe-operation.ts';

interface OneByName {
  Params: { name: string };
}

const QUEUE_EXAMPLE: QueueView = {
  name: 'orders-0',
  shard: 0,
  waiting: 120,
  delayed: 4,
  active: 50,
  paused: false,
  oldestWaitingSeconds: 0.4,
};

const listSchema = describeOperation({
  operationId: 'listQueues',
  summary: 'The queues of all shards',
  answer: queueListSchema,
  example: { data: [QUEUE_EXAMPLE], nextCursor: null },
});

const SWITCHED = {
  params: z.strictObject({ name: queueNameSchema }),
  answer: queueSwitchedSchema,
  // A body is not needed; one that comes all the same has to be JSON.
  problems: ['not-found', 'malformed-json', 'unsupported-media-type'],
} as const;

const pauseSchema = describeOperation({
  ...SWITCHED,
  operationId: 'pauseQueue',
  summary: 'Let no worker take jobs of a queue',
  description:
    'Orders are accepted all the same, and those under way are finished. A pause stays in Redis: ' +
    'it ends when Redis loses its data.',
  example: { name: 'orders-0', paused: true },
});

const resumeSchema = describeOperation({
  ...SWITCHED,
  operationId: 'resumeQueue',
  summary: 'Let workers take jobs of a queue again',
  example: { name: 'orders-0', paused: false },
});

/** `/admin/queues` */
export async function queueRoutes(app: FastifyInstance): Promise<void> {
  app.get('/admin/queues', { schema: listSchema }, async () => {
    const counts = await orUnavailable(app.queueState.counts());
    const data: QueueView[] = counts.map(({ oldestWaitingMs, ...queue }) => ({
      ...queue,
      oldestWaitingSeconds: oldestWaitingMs === null ? null : oldestWaitingMs / 1_000,
    }));
    return { data, nextCursor: null };
  });

  app.post<OneByName>('/admin/queues/:name/pause', { schema: pauseSchema }, (request) =>
    switchQueue(app, request, true),
  );
  app.post<OneByName>('/admin/queues/:name/resume', { schema: resumeSchema }, (request) =>
    switchQueue(app, request, false),
  );
}

async function switchQueue(
  app: FastifyInstance,
  request: FastifyRequest<OneByName>,
  paused: boolean,
): Promise<z.output<typeof queueSwitchedSchema>> {
  const { name } = request.params;
  const { queueState } = app;
  const isKnown = await orUnavailable(paused ? queueState.pause(name) : queueState.resume(name));
  if (!isKnown) throw new ProblemError('not-found');
  const actor = actorOf(principalOf(request));
  const context = { queue: name, actor, requestId: request.id };
  app.log.info(context, paused ? 'A queue was paused.' : 'A queue was resumed.');
  return { name, paused };
}

/** Counts are unknown while Redis is away, and never 0 because of it. */
async function orUnavailable<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch {
    throw new ProblemError('unavailable', {
      detail: 'Redis cannot be reached; /admin/scaling tells what is known without it.',
      headers: { 'retry-after': '1' },
    });
  }
}
