import type { Worker } from 'bullmq';
import type { Logger } from 'pino';
import type { QueueConnection } from './connections.ts';
import type { Activity } from './process-job.ts';

export type CloseResult =
  | { readonly kind: 'drained' }
  /** Redis did not answer in time, or handlers did not end; `active` jobs are left to other workers. */
  | { readonly kind: 'overdue'; readonly active: number };

/** Time that aborted handlers get to end, and that the ends of the last jobs get to be recorded. */
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
 * Closes workers within a deadline.
 *
 * `worker.close()` alone waits for ever while Redis is down, and forcing it afterwards returns the
 * same promise. So the workers are paused first, which ends when all of their jobs are recorded, and
 * forced to close after that or when it is time. With Redis away it is enough that the handlers
 * ended: nothing can be recorded, and their jobs are delivered again and found done.
 */
export async function closeWorkers({
  workers,
  connection,
  activity,
  deadlineMs,
  logger,
}: CloseOptions): Promise<CloseResult> {
  activity.closing = true;
  const until = performance.now() + deadlineMs;
  const paused = Promise.allSettled(workers.map((worker) => worker.pause()));
  let drained = await isDrained(activity, paused, until - LAST_GRACE_MS);
  if (!drained) {
    for (const worker of workers) worker.cancelAllJobs('closing');
    drained = await isDrained(activity, paused, until);
  }
  await Promise.race([
    Promise.allSettled(workers.map((worker) => worker.close(true))),
    sleep(LAST_GRACE_MS),
  ]);
  const recorded = drained && connection.state() === 'ready';
  if (!recorded) {
    logger.warn(
      { active: activity.active, redis: connection.state() },
      'The queue could not be closed in good order.',
    );
  }
  connection.close();
  return recorded ? { kind: 'drained' } : { kind: 'overdue', active: activity.active };
}

/** Whether no handler runs any more: and what ran is recorded, or had a second to be. */
async function isDrained(
  activity: Activity,
  paused: Promise<unknown>,
  until: number,
): Promise<boolean> {
  let isPaused = false;
  void paused.then(() => {
    isPaused = true;
  });
  let idleSince: number | undefined;
  while (performance.now() < until) {
    const now = performance.now();
    idleSince = activity.active === 0 ? (idleSince ?? now) : undefined;
    if (idleSince !== undefined && (isPaused || now - idleSince >= LAST_GRACE_MS)) return true;
    await sleep(POLL_MS);
  }
  return false;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
