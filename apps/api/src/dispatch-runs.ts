import type { JobToEnqueue } from '@orders/queue/producer';
import type { FastifyInstance } from 'fastify';

const DEADLINE_MS = 300;

/**
 * Puts orders that were just given a new reason to run into the queue. What does not get there is
 * due already, and the next sweep finds it.
 */
export async function dispatchRuns(
  { producer }: Pick<FastifyInstance, 'producer'>,
  runs: readonly JobToEnqueue[],
): Promise<void> {
  await producer.enqueue(runs, { deadlineMs: DEADLINE_MS });
}
