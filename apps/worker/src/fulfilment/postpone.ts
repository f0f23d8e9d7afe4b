import { setTimeout as wait } from 'node:timers/promises';
import type { PostponedRun } from '@orders/database/orders/postpone-runs';
import { backoffMs, FAILURE_BACKOFF } from '@orders/domain/retry-policy';
import { type Delivery, LOCK_LOST, type Outcome } from '@orders/queue/delivery';
import type { Logger } from '@orders/service/logger';

/**
 * Ends a run whose order is to be run again, after a delay in milliseconds or, with null, by
 * backoff. Never throws.
 */
export type Postpone = (delivery: Delivery, delayMs: number | null) => Promise<Outcome>;

export interface PostponeParts {
  /** One element of a batch of `postponeRuns`. */
  readonly submit: (run: PostponedRun) => Promise<void>;
  readonly logger: Logger;
}

/** How long an order waits for the newer version that knows its status. */
export const UNKNOWN_STATUS_DELAY_MS = 5_000;

/** The longest that a run waits in its process; it is counted as under way so long. */
const MAX_HOLD_MS = 5_000;

/** At once; of a job that another worker has by now, Redis refuses it. */
export const GIVE_BACK: Outcome = { kind: 'retry', delayMs: 0 };

/**
 * The next run is planned in PostgreSQL, by its clock, and this one's job is done. While PostgreSQL
 * is away the run itself waits and its job is then given back to the line, so that no delay ever
 * depends on the time of day in this process: if it dies meanwhile, its lock ends and another
 * worker takes the job.
 */
export function createPostpone({ submit, logger }: PostponeParts): Postpone {
  return async (delivery, delayMs) => {
    const { orderId, dispatch, jobId, signal } = delivery;
    // The run under way elsewhere has the same dispatch: it must not be superseded by this one.
    if (signal.aborted && signal.reason === LOCK_LOST) return GIVE_BACK;
    try {
      await submit({ orderId, dispatch, delayMs });
      return { kind: 'done' };
    } catch (error) {
      logger.warn({ orderId, jobId, err: error }, 'A run could not be postponed and waits here.');
      await hold(delivery, delayMs);
      return GIVE_BACK;
    }
  };
}

/** Lets a job wait in this process, by backoff without a delay, until its signal is aborted. */
export async function hold(
  { attemptsStarted, signal }: Delivery,
  delayMs: number | null = null,
): Promise<void> {
  const waitMs = delayMs ?? backoffMs(FAILURE_BACKOFF, attemptsStarted, Math.random());
  await wait(Math.min(waitMs, MAX_HOLD_MS), undefined, { signal }).catch(() => undefined);
}
