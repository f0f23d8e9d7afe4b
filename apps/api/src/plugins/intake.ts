import type { Server } from 'node:net';
import type { Failpoints } from '@orders/service/failpoints';
import type { Logger } from '@orders/service/logger';
import type { Metrics } from '@orders/service/metrics';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { Config } from '../config.ts';
import { startBacklog } from '../orders/backlog.ts';
import { createDispatcher } from '../orders/dispatcher.ts';
import { createIntakeMetrics } from '../orders/intake-metrics.ts';
import { createIntake, type Intake } from '../orders/intake.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly intake: Intake;
  }
}

export interface IntakePluginOptions {
  readonly config: Config['intake'];
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly failpoints: Failpoints;
}

/** Where new orders come in: the batcher, what watches the backlog, and the way to the queue. */
export const intake = fp(function intake(
  app: FastifyInstance,
  { config, logger, metrics, failpoints }: IntakePluginOptions,
  done,
) {
  const { database, producer } = app;
  const { maxOpenOrders, enqueueDeadlineMs } = config;
  const backlog = startBacklog({ database, maxOpenOrders, logger, metrics });
  const dispatcher = createDispatcher({
    producer,
    database,
    deadlineMs: enqueueDeadlineMs,
    logger,
    metrics,
    failpoints,
  });
  const opened = createIntake({
    ...config,
    arrivals: countConnections(app.server),
    database,
    dispatcher,
    backlog,
    metrics: createIntakeMetrics(metrics),
  });
  app.decorate('intake', opened);
  app.addHook('onClose', async () => {
    await opened.close();
    await backlog.close();
  });
  done();
});

function countConnections(server: Server): () => number {
  let count = 0;
  server.on('connection', () => {
    count += 1;
  });
  return () => count;
}
