import type { Worker } from 'bullmq';
import type { Logger } from 'pino';
import type { QueueConnection } from './connections.ts';
import type { Activity } from './process-job.ts';

export type CloseResult =
  | { readonly kind: 'drained' }
  /** Redis did not answer in time, or handlers did not end; `active` jobs are left to other workers. */
  | { readonly kind: 'overdue'; readonly active: number };

/** Time that aborted handlers get to end, and that BullMQ gets when Redis is away. */
const LAST_GRACE_MS = 1_000;
const POLL_MS = 20;

interface CloseOptions {
  readonly workers: readonly Worker[];
  readonly connection: QueueConnection;
  readonly activity: Activity;
  readonly deadlineMs: number;
  readonly logger: Logger;
}

/**
 * Closes workers within a deadline: `worker.close()` alone waits for ever while Redis is down, and
 * calling it again returns the same promise. With Redis away it is enough that the handlers ended,
 * since nothing can be recorded; their jobs are then delivered again and found done.
 */
export async function closeWorkers({ workers, connection, activity, deadlineMs, logger }: CloseOptions): Promise<CloseResult> {
  let closed = false;
  const closing = Promise.allSettled(workers.map((worker) => worker.close())).then(() => {
    closed = true;
  });
  const until = performance.now() + deadlineMs;
  const inTime = () => performance.now() < until - LAST_GRACE_MS;
  let uselessSince: number | undefined;

  while (!closed && inTime()) {
    const useless = activity.active === 0 && connection.state() !== 'ready';
    uselessSince = useless ? (uselessSince ?? performance.now()) : undefined;
    if (uselessSince !== undefined && performance.now() - uselessSince > LAST_GRACE_MS) break;
    await Promise.race([closing, sleep(POLL_MS)]);
  }
  if (!closed) {
    for (const worker of workers) worker.cancelAllJobs('closing');
    await Promise.race([closing, sleep(Math.min(LAST_GRACE_MS, Math.max(until - performance.now(), 0)))]);
  }
  connection.close();
  if (closed) return { kind: 'drained' };
  logger.warn({ active: activity.active, redis: connection.state() }, 'The queue could not be closed in time.');
  return { kind: 'overdue', active: activity.active };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
