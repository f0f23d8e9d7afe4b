import { ConfigError } from '@orders/service/config-error';
import { createFailpoints } from '@orders/service/failpoints';
import { installGracefulShutdown } from '@orders/service/graceful-shutdown';
import { boundHeapGrowth } from '@orders/service/heap-growth';
import { startInternalListener } from '@orders/service/internal-listener';
import { createLogger } from '@orders/service/logger';
import { createMetrics } from '@orders/service/metrics';
import { loadQueueBoard } from './admin/queues/load-queue-board.ts';
import { createApp } from './app.ts';
import { type Config, readConfig } from './config.ts';
import { createLiveness, createReadiness } from './health.ts';

try {
  boundHeapGrowth();
  await start(readConfig());
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}

async function start(config: Config): Promise<void> {
  const logger = createLogger({ name: 'api', level: config.logLevel });
  const metrics = createMetrics();
  const failpoints = createFailpoints(config.failpoints, {
    production: config.production,
    onHit: (hit) => process.stderr.write(`failpoint ${hit.name}: ${hit.action}\n`),
  });
  const app = await createApp({ config, logger, metrics, failpoints });

  let closing = false;
  const { queueBoard, queue, tokens } = config;
  const board =
    queueBoard === 'off'
      ? null
      : loadQueueBoard({ redis: queue, tokens, writable: queueBoard === 'writable', logger });
  const internal = await startInternalListener({
    ...config.internal,
    logger,
    metrics,
    live: createLiveness(app),
    ready: createReadiness(app, () => closing),
    routes: (request, response) => board?.handle(request, response) ?? false,
  });
  installGracefulShutdown({
    logger,
    close: async () => {
      closing = true;
      await failpoints.hit('shutdown.begin');
      await app.close();
      await internal.close();
      await board?.close();
    },
  });
  const { host, port, maxConnections } = config;
  // As many may connect in one instant as may be connected, as far as the kernel lets (somaxconn): whoever
  // found Node's own 511 full would try again after a second or three.
  const backlog = Math.max(511, maxConnections);
  const address = await app.listen({ host, port, backlog });
  logger.info({ address, internal: internal.url }, 'Listening.');
}

/** One clear line, or one per variable, of what keeps the service from starting. */
function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `${error.message}: stop the other program, or set PORT or INTERNAL_PORT`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
