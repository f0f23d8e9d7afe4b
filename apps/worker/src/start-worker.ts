import { startConsumer } from '@orders/queue/consumer';
import { startLossMarker } from '@orders/queue/loss-marker';
import { startNudgePublisher } from '@orders/queue/nudge-publisher';
import { startProducer } from '@orders/queue/producer';
import { startQueueState } from '@orders/queue/queue-state';
import { createFailpoints } from '@orders/service/failpoints';
import { startInternalListener } from '@orders/service/internal-listener';
import type { Logger } from '@orders/service/logger';
import { startTicker } from '@orders/service/ticker';
import { toRetryPolicy, type WorkerConfig } from './config.ts';
import { createWorkerDatabase } from './database.ts';
import { createBatches } from './fulfilment/create-batches.ts';
import { createFulfilOrder } from './fulfilment/fulfil-order.ts';
import { createPostpone } from './fulfilment/postpone.ts';
import { createReportFailure } from './fulfilment/report-failure.ts';
import { checkReadiness } from './health.ts';
import { createWorkerMetrics } from './metrics.ts';
import { createPaymentProvider } from './payment/payment-provider.ts';
import { createTasks } from './sweeper/hung-tasks.ts';
import { createRestoreQueue } from './sweeper/restore-queue.ts';
import { startSampling } from './sweeper/start-sampling.ts';
import { startWatchdog } from './sweeper/start-watchdog.ts';
import { sweep } from './sweeper/sweep.ts';
import { startWarehouse } from './warehouse/start-warehouse.ts';

export interface RunningWorker {
  readonly internalUrl: string;
  /** Takes no more orders, finishes those under way, and lets go of everything; within 27 s. */
  close(): Promise<void>;
}

export interface WorkerHooks {
  /** The worker is wedged: the process should end, to be started afresh. */
  readonly onStuck: () => void;
  /** A failpoint is about to act; must write synchronously. */
  readonly onFailpoint: (hit: { readonly name: string; readonly action: string }) => void;
}

/** How long orders under way may take to finish when the worker is asked to stop. */
const DRAIN_MS = 22_000;

/**
 * Wires the worker by hand and starts it: database, provider, batches, consumer, sweeper, listener.
 * PostgreSQL and Redis need not be there yet; work begins when they are.
 */
export async function startWorker(
  config: WorkerConfig,
  logger: Logger,
  hooks: WorkerHooks,
): Promise<RunningWorker> {
  const metrics = createWorkerMetrics();
  const policy = toRetryPolicy(config);
  const failpoints = createFailpoints(config.FAILPOINTS, {
    production: config.NODE_ENV === 'production',
    blockMs: config.FAILPOINT_BLOCK_MS,
    onHit: hooks.onFailpoint,
  });
  const redis = { url: config.REDIS_URL, shards: config.QUEUE_SHARDS, logger };
  const nudges = startNudgePublisher(redis);
  const database = createWorkerDatabase(config, {
    metrics: metrics.registry,
    failpoints,
    nudges,
  });
  const provider = createPaymentProvider({
    url: config.PAYMENT_PROVIDER_URL,
    timeoutMs: config.PAYMENT_TIMEOUT_MS,
    maxConnections: config.PAYMENT_CONNECTIONS,
    onCall: ({ name, kind, ms }) =>
      metrics.providerSeconds.observe({ call: name, result: kind }, ms / 1_000),
  });
  const producer = startProducer(redis);
  const marker = startLossMarker(redis);
  const queueState = startQueueState(redis);

  const { begins, settlements, postponements } = createBatches({
    database,
    policy,
    metrics,
    maxBatchSize: config.WORKER_BATCH_SIZE,
  });

  const tasks = createTasks();
  const restoreQueue = createRestoreQueue({
    database,
    marker,
    failpoints,
    logger,
    shards: config.QUEUE_SHARDS,
  });
  const sweeper = startTicker({
    intervalMs: config.SWEEP_INTERVAL_MS,
    run: () =>
      tasks.track('a round of the sweeper', (progress) =>
        sweep({
          database,
          producer,
          restoreQueue,
          failpoints,
          leaseMs: policy.leaseMs,
          onFound: (found, count) => {
            progress();
            metrics.swept.inc({ found }, count);
          },
        }),
      ),
    onError: (error) => {
      metrics.sweepErrors.inc();
      logger.warn({ err: error }, 'A round of the sweeper failed.');
    },
  });
  producer.onReady(sweeper.nudge);
  const sampling = startSampling({ database, logger });
  const warehouse = startWarehouse(config, {
    database,
    logger,
    failpoints,
    metrics,
    track: tasks.track,
    nudge: sweeper.nudge,
  });

  const postpone = createPostpone({ submit: (run) => postponements.submit(run), logger });
  const reportFailure = createReportFailure({
    database,
    policy,
    postpone,
    logger,
    onFailure: (kind) => metrics.failures.inc({ kind }),
  });
  const consumer = startConsumer({
    ...redis,
    concurrency: config.WORKER_CONCURRENCY,
    lockDurationMs: config.JOB_LOCK_MS,
    stalledIntervalMs: config.JOB_STALLED_CHECK_MS,
    handle: createFulfilOrder({
      database,
      provider,
      policy,
      failpoints,
      begin: (run) => begins.submit(run),
      settle: (settlement) => settlements.submit(settlement),
      reportFailure,
      postpone,
      track: tasks.track,
      nudge: sweeper.nudge,
    }),
  });

  const watchdog = startWatchdog(config, {
    database,
    consumer,
    queueState,
    tasks,
    logger,
    onStuck: hooks.onStuck,
  });

  const listener = await startInternalListener({
    host: config.INTERNAL_HOST,
    port: config.INTERNAL_PORT,
    logger,
    metrics: {
      contentType: metrics.registry.contentType,
      render: () => {
        metrics.active.set(consumer.activeCount());
        metrics.breakerOpen.set(provider.breakerIsOpen() ? 1 : 0);
        return metrics.registry.render();
      },
    },
    live: () => true,
    ready: () => checkReadiness(database, queueState),
  });
  logger.info({ internalUrl: listener.url }, 'The worker has started.');

  return {
    internalUrl: listener.url,
    async close() {
      await failpoints.hit('shutdown.begin');
      await Promise.all([sweeper.close(), watchdog.close(), warehouse.close()]);
      await consumer.close(DRAIN_MS);
      await failpoints.hit('shutdown.drained');
      await Promise.all([
        begins.close(),
        settlements.close(),
        postponements.close(),
        sampling.close(),
      ]);
      await Promise.allSettled([producer.close(), queueState.close(), provider.close()]);
      marker.close();
      nudges.close();
      await database.close();
      await listener.close();
    },
  };
}
