import { hostname } from 'node:os';
import { Worker } from 'bullmq';
import type { Logger } from 'pino';
import { closeWorkers, type CloseResult } from './close-workers.ts';
import { createConsumerConnection, type QueueConnection } from './connections.ts';
import { type Handle, LOCK_LOST } from './delivery.ts';
import { createErrorBrake } from './error-brake.ts';
import { createRareLog } from './log-rarely.ts';
import { type Activity, createProcessor, returnDelayMs } from './process-job.ts';
import { keyPrefix, queueName, shardNumbers } from './queue-names.ts';
import { ReturnedJob } from './returned-job.ts';

export interface ConsumerOptions {
  readonly url: string;
  readonly shards: number;
  /** Jobs under way at once in this process, over all shards. */
  readonly concurrency: number;
  readonly logger: Logger;
  readonly handle: Handle;
  /** How long a dead worker's job stays its own; renewed at half of it. */
  readonly lockDurationMs?: number;
  /** How often jobs of dead workers are looked for: they come back after lock plus up to twice this. */
  readonly stalledIntervalMs?: number;
  /** Beyond so many stalls BullMQ drops the job unseen; the sweeper then adds it anew. */
  readonly maxStalledCount?: number;
  /** Told of each job that was found stalled, whichever worker had it. */
  readonly onStalled?: (jobId: string) => void;
}

export interface Consumer {
  /**
   * Takes no further job and waits for those under way, no longer than `deadlineMs`; what is then
   * still under way is aborted and left to the next worker. Never throws.
   */
  close(deadlineMs: number): Promise<CloseResult>;
  /** Jobs whose handler runs. */
  activeCount(): number;
  /** When a handler last began or ended, in milliseconds since the epoch; the start before the first. */
  lastActivityAt(): number;
  isConnected(): boolean;
  /** Called whenever Redis can be used (again). Returns its removal. */
  onReady(listener: () => void): () => void;
}

/**
 * Starts to hand jobs of all shards to `handle`, each at least once, and again until it says `done`.
 * Redis need not be there; it may go and come back at any time.
 *
 * There is no limit on starts (BullMQ's `maxStartedAttempts`): a planned retry counts as a start, and
 * an order that waits out its provider's long outage must not be dropped for it. Only stalls are
 * limited, far beyond the number at which PostgreSQL gives up.
 */
export function startConsumer(options: ConsumerOptions): Consumer {
  const { url, shards, logger, handle } = options;
  const connection = createConsumerConnection({ url, logger });
  const activity: Activity = { active: 0, lastAt: Date.now(), closing: false };
  const processJob = createProcessor({ handle, activity, logger });
  const workers = shardNumbers(shards).map((shard) =>
    createWorker(shard, options, { connection, activity, processJob }),
  );
  let closing: Promise<CloseResult> | undefined;
  return {
    close: (deadlineMs) => {
      closing ??= closeWorkers({ workers, connection, activity, deadlineMs, logger });
      return closing;
    },
    activeCount: () => activity.active,
    lastActivityAt: () => activity.lastAt,
    isConnected: () => connection.state() === 'ready',
    onReady: connection.onReady,
  };
}

interface Shared {
  readonly connection: QueueConnection;
  readonly activity: Activity;
  readonly processJob: ReturnType<typeof createProcessor>;
}

function createWorker(
  shard: number,
  {
    shards,
    concurrency,
    lockDurationMs,
    stalledIntervalMs,
    maxStalledCount,
    logger,
    onStalled,
  }: ConsumerOptions,
  { connection, activity, processJob }: Shared,
): Worker {
  // BullMQ hands over a signal only to functions that declare three parameters.
  const worker: Worker = new Worker(
    queueName(shard),
    (job, _token, signal) => processJob(job, shard, signal),
    {
      connection: connection.client,
      prefix: keyPrefix(shard),
      name: `${hostname()}-${process.pid}`,
      concurrency: Math.max(1, Math.ceil(concurrency / shards)),
      lockDuration: lockDurationMs ?? 10_000,
      stalledInterval: stalledIntervalMs ?? 3_000,
      // With 1, the default, two lost replies fail a job for ever that never ran.
      maxStalledCount: maxStalledCount ?? 20,
      // 15 s by default: nothing would be taken for so long after an outage.
      runRetryDelay: 1_000,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
      settings: { backoffStrategy: (returns, _type, error) => returnDelayMs(returns, error) },
    },
  );
  const queueLogger = logger.child({ queue: worker.name });
  reportErrors(
    worker,
    connection,
    queueLogger,
    createErrorBrake(worker, () => activity.closing),
  );
  reportJobs(worker, queueLogger, onStalled);
  return worker;
}

function reportErrors(
  worker: Worker,
  connection: QueueConnection,
  logger: Logger,
  brake: () => void,
): void {
  const logRarely = createRareLog(logger);
  worker.on('error', (error) => {
    brake();
    // The connection itself reports that it is gone; commands that fail by it need no line each.
    if (connection.state() === 'ready') {
      logRarely(error, {}, 'The queue worker reported an error.');
    }
  });
}

function reportJobs(worker: Worker, logger: Logger, onStalled?: (jobId: string) => void): void {
  worker.on('lockRenewalFailed', (jobIds) => {
    // Another worker may run them by now. BullMQ does not abort them by itself.
    for (const jobId of jobIds) worker.cancelJob(jobId, LOCK_LOST);
    logger.warn(
      { jobIds: jobIds.slice(0, 20), count: jobIds.length },
      'Locks of running jobs were lost.',
    );
  });
  worker.on('stalled', (jobId) => {
    logger.warn({ jobId }, 'A job was found stalled and is delivered again.');
    onStalled?.(jobId);
  });
  worker.on('failed', (job, error) => {
    if (error instanceof ReturnedJob) return;
    logger.error(
      { jobId: job?.id, err: error },
      'The queue ended a job by itself; the sweeper dispatches its order again.',
    );
  });
}
