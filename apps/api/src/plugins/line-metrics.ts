import { countDeadLetters } from '@orders/database/dead-letters/read-dead-letters';
import { readOldestRefundSeconds } from '@orders/database/payments/read-oldest-refund';
import { readLoad } from '@orders/database/scaling/read-load';
import type { ScalingRules } from '@orders/domain/decide-workers';
import type { Logger } from '@orders/service/logger';
import type { Metrics } from '@orders/service/metrics';
import { observePool } from '@orders/service/observe-pool';
import { startTicker } from '@orders/service/ticker';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { describeScaling } from '../admin/queues/describe-scaling.ts';

export interface LineMetricsOptions {
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly rules: ScalingRules;
}

const LOOK_EVERY_MS = 5_000;
const LOOK_AT_REFUNDS_EVERY_MS = 60_000;

/**
 * Shows in the metrics what waits, for how long, and who is there to do it: here and not in the
 * workers, since it matters most when there are none. Every replica tells the same.
 */
export const lineMetrics = fp(function lineMetrics(
  app: FastifyInstance,
  { metrics, logger, rules }: LineMetricsOptions,
  done,
) {
  observePool(metrics, app.database.pool);
  const gauges = createGauges(metrics);
  const ticker = startTicker({
    intervalMs: LOOK_EVERY_MS,
    run: async () => {
      const [load, queues, deadLetters] = await Promise.all([
        readLoad(app.database),
        app.queueState.counts().catch(() => null),
        countDeadLetters(app.database, { state: 'open' }),
      ]);
      const scaling = describeScaling(load, queues, rules);
      gauges.jobs.set({ state: 'waiting' }, scaling.waiting);
      gauges.jobs.set({ state: 'delayed' }, scaling.delayed);
      gauges.jobs.set({ state: 'active' }, scaling.active);
      gauges.oldest.set(scaling.oldestWaitingSeconds);
      gauges.workers.set(scaling.workers);
      gauges.desired.set(scaling.desiredWorkers);
      gauges.degraded.set(scaling.degraded ? 1 : 0);
      gauges.paused.set(queues?.filter(({ paused }) => paused).length ?? 0);
      gauges.deadLetters.set(deadLetters);
    },
    // What was seen last stands; that PostgreSQL is away is told elsewhere.
    onError: (error) => logger.debug({ err: error }, 'The line could not be looked at.'),
  });
  const refunds = startTicker({
    intervalMs: LOOK_AT_REFUNDS_EVERY_MS,
    run: async () => {
      gauges.oldestRefund.set(await readOldestRefundSeconds(app.database));
    },
    onError: (error) => logger.debug({ err: error }, 'Refunds could not be looked at.'),
  });
  app.addHook('onClose', () => Promise.all([ticker.close(), refunds.close()]));
  done();
});

function createGauges(metrics: Metrics) {
  return {
    jobs: metrics.gauge({
      name: 'orders_queue_jobs',
      help: 'Orders in the line by state: waiting, delayed, active',
      labelNames: ['state'],
    }),
    oldest: metrics.gauge({
      name: 'orders_oldest_waiting_seconds',
      help: 'Age of the order that is next in line; 0 when none waits',
    }),
    workers: metrics.gauge({ name: 'orders_workers', help: 'Workers seen in the last 15 s' }),
    desired: metrics.gauge({
      name: 'orders_workers_desired',
      help: 'Workers that keep up and drain the backlog in time',
    }),
    degraded: metrics.gauge({
      name: 'orders_queue_degraded',
      help: '1 while Redis is away: the line is told from the orders themselves',
    }),
    paused: metrics.gauge({ name: 'orders_queues_paused', help: 'Queues that are paused' }),
    oldestRefund: metrics.gauge({
      name: 'orders_oldest_refund_seconds',
      help: 'Age of the oldest refund that the provider has not confirmed; 0 when there is none',
    }),
    deadLetters: metrics.gauge({
      name: 'orders_dead_letters_open',
      help: 'Orders that gave up and wait for an operator',
    }),
  };
}
