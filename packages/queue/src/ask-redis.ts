import type { QueueConnection } from './connections.ts';
import { withDeadline } from './with-deadline.ts';

/**
 * Makes a way to ask Redis that always answers within `timeoutMs`: a connection just begun is given
 * that time, one that is known to be down is not waited for.
 */
export function createAsk(
  connection: QueueConnection,
  timeoutMs: number,
): <T>(question: () => Promise<T>) => Promise<T> {
  async function whenUsable<T>(question: () => Promise<T>): Promise<T> {
    await connection.firstState();
    if (connection.state() !== 'ready') throw new Error('Redis cannot be reached');
    return question();
  }
  return (question) => withDeadline(whenUsable(question), timeoutMs, 'Asking Redis');
}
