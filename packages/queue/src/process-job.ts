import { JOB_VERSION, type OrderJob, orderJobSchema } from '@orders/domain/contracts/job';
import { backoffMs, FAILURE_BACKOFF } from '@orders/domain/retry-policy';
import type { Job } from 'bullmq';
import type { Logger } from 'pino';
import type { Delivery, Handle, Outcome } from './delivery.ts';
import { parseReturnReason, reasonOf, ReturnedJob } from './returned-job.ts';

const UNKNOWN_VERSION_DELAY_MS = 5_000;

/** What a consumer knows of itself. */
export interface Activity {
  active: number;
  lastAt: number;
  closing: boolean;
}

interface ProcessorOptions {
  readonly handle: Handle;
  readonly activity: Activity;
  readonly logger: Logger;
}

/**
 * Makes what BullMQ calls for each job: it hands the job to `handle` and turns the outcome into a
 * return, or into the one error that delays the job. Nothing else is ever thrown: `throw null` would
 * leave a job active without a failure.
 */
export function createProcessor({ handle, activity, logger }: ProcessorOptions) {
  return async function processJob(
    job: Job,
    shard: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    activity.active += 1;
    activity.lastAt = Date.now();
    try {
      const outcome = await runHandler(
        job,
        shard,
        signal ?? new AbortController().signal,
        handle,
        logger,
      );
      if (outcome.kind !== 'done') throw toReturnedJob(job, outcome);
    } finally {
      activity.active -= 1;
      activity.lastAt = Date.now();
    }
  };
}

/** The delay of a job that comes back: its own, or by capped backoff where nobody chose one. */
export function returnDelayMs(returns: number, error: Error | undefined): number {
  return error instanceof ReturnedJob
    ? error.delayMs
    : backoffMs(FAILURE_BACKOFF, returns, Math.random());
}

async function runHandler(
  job: Job,
  shard: number,
  signal: AbortSignal,
  handle: Handle,
  logger: Logger,
): Promise<Outcome> {
  const read = readJob(job);
  if (read.kind === 'unknown-version') {
    logger.warn(
      { jobId: job.id, version: read.version },
      'A job of a version that this worker does not know was put back.',
    );
    return {
      kind: 'put-back',
      delayMs: withJitter(UNKNOWN_VERSION_DELAY_MS),
      reason: 'unknown job version',
    };
  }
  if (read.kind === 'malformed') {
    logger.error(
      { jobId: job.id },
      'A malformed job was dropped; the sweeper dispatches its order again.',
    );
    return { kind: 'done' };
  }
  try {
    return await handle(toDelivery(job, read.data, shard, signal));
  } catch (thrown) {
    const delayMs = returnDelayMs(job.attemptsMade + 1, undefined);
    logger.warn(
      {
        orderId: read.data.orderId,
        jobId: job.id,
        attempt: job.attemptsStarted,
        delayMs,
        err: thrown,
      },
      'A job failed and will be tried again.',
    );
    return { kind: 'retry', delayMs, reason: reasonOf(thrown) };
  }
}

type ReadJob =
  | { readonly kind: 'job'; readonly data: OrderJob }
  | { readonly kind: 'unknown-version'; readonly version: unknown }
  | { readonly kind: 'malformed' };

function readJob({ data }: { readonly data: unknown }): ReadJob {
  const parsed = orderJobSchema.safeParse(data);
  if (parsed.success) return { kind: 'job', data: parsed.data };
  const version = typeof data === 'object' && data !== null && 'v' in data ? data.v : undefined;
  return version === JOB_VERSION || typeof version !== 'number'
    ? { kind: 'malformed' }
    : { kind: 'unknown-version', version };
}

function toDelivery(
  job: Job,
  { orderId, dispatch }: OrderJob,
  shard: number,
  signal: AbortSignal,
): Delivery {
  return {
    orderId,
    dispatch,
    jobId: job.id ?? '',
    shard,
    redelivered: job.stalledCounter > (parseReturnReason(job.failedReason)?.stalls ?? 0),
    enqueuedAt: job.timestamp,
    attemptsStarted: job.attemptsStarted,
    returns: job.attemptsMade,
    signal,
  };
}

function toReturnedJob(job: Job, outcome: Exclude<Outcome, { kind: 'done' }>): ReturnedJob {
  if (outcome.kind === 'not-begun') {
    const stalls = parseReturnReason(job.failedReason)?.stalls ?? 0;
    return new ReturnedJob({ delayMs: 0, stalls, reason: outcome.kind });
  }
  const { kind, delayMs, reason } = outcome;
  return new ReturnedJob({ delayMs, stalls: job.stalledCounter, reason: reason ?? kind });
}

/** Half fixed, half random, so that jobs which were put back together do not come back together. */
function withJitter(delayMs: number): number {
  return Math.round(delayMs / 2 + (delayMs / 2) * Math.random());
}
