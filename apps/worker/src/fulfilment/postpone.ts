import { setTimeout as wait } from 'node:timers/promises';
import type { PostponedRun } from '@orders/database/orders/postpone-runs';
import type { Delivery, Outcome } from '@orders/queue/delivery';
import type { Logger } from '@orders/service/logger';

/** Ends a run whose order is to be run again after a delay in milliseconds. Never throws. */
export type Postpone = (delivery: Delivery, delayMs: number) => Promise<Outcome>;

export interface PostponeParts {
  /** One element of a batch of `postponeRuns`. */
  readonly submit: (run: PostponedRun) => Promise<void>;
  readonly logger: Logger;
}

/** How long an order waits for the newer version that knows its status. */
export const UNKNOWN_STATUS_DELAY_MS = 5_000;

/** The longest that a run waits in its process; it is counted as under way so long. */
const MAX_HOLD_MS = 5_000;

/**
 * The next run is planned in PostgreSQL, by its clock, and this one's job is done. While PostgreSQL
 * is away the run itself waits and its job is then given back to the line, so that no delay ever
 * depends on the time of day in this process: if it dies meanwhile, its lock ends and another
 * worker takes the job.
 */
export function createPostpone({ submit, logger }: PostponeParts): Postpone {
  return async ({ orderId, dispatch, jobId, signal }, delayMs) => {
    try {
      await submit({ orderId, dispatch, delayMs });
      return { kind: 'done' };
    } catch (error) {
      logger.warn({ orderId, jobId, err: error }, 'A run could not be postponed and waits here.');
      await wait(Math.min(delayMs, MAX_HOLD_MS), undefined, { signal }).catch(() => undefined);
      return { kind: 'retry', delayMs: 0, reason: 'PostgreSQL is away' };
    }
  };
}
