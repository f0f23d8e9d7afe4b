import { createLogger } from '@orders/service/logger';
import { startQueueState } from '@orders/queue/queue-state';
import type { JobView } from './describe-order.ts';

export interface JobQuestion {
  readonly redisUrl: string;
  readonly shards: number;
  readonly orderId: string;
  readonly dispatch: number;
}

const CONNECT_TIMEOUT_MS = 3_000;

/** Asks Redis for the job of an order. Redis is only the dispatcher: being away is an answer. */
export async function findJob(question: JobQuestion): Promise<JobView> {
  const { redisUrl, shards, orderId, dispatch } = question;
  const logger = createLogger({ name: 'ops', level: 'silent' });
  const queues = startQueueState({ url: redisUrl, shards, logger });
  try {
    await pingUntil(queues.ping, Date.now() + CONNECT_TIMEOUT_MS);
    const job = await queues.findJob({ orderId, dispatch });
    return job === null ? { kind: 'none' } : { kind: 'found', job };
  } catch (error) {
    return { kind: 'unreachable', detail: error instanceof Error ? error.message : String(error) };
  } finally {
    await queues.close();
  }
}

/** Commands fail until the connection stands; they do not wait for it. */
async function pingUntil(ping: () => Promise<void>, deadline: number): Promise<void> {
  for (;;) {
    try {
      return await ping();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
