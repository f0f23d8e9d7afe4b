import type { Failpoints } from '@orders/service/failpoints';
import type { Logger } from '@orders/service/logger';
import type { Metrics } from '@orders/service/metrics';
import { fastify, type FastifyInstance } from 'fastify';
import { adminRoutes } from './admin/routes.ts';
import { catalogueRoutes } from './catalogue/routes.ts';
import type { Config } from './config.ts';
import { API_HEADERS } from './http/api-headers.ts';
import { serializerCompiler } from './http/serializer-compiler.ts';
import { MAX_BODY_BYTES, MAX_URL_BYTES } from './http/size-limits.ts';
import { validatorCompiler } from './http/validator-compiler.ts';
import { openapiRoutes } from './openapi/routes.ts';
import { orderRoutes } from './orders/routes.ts';
import { authentication } from './plugins/authentication.ts';
import { closing } from './plugins/closing.ts';
import { crossOrigin } from './plugins/cross-origin.ts';
import { cursors } from './plugins/cursors.ts';
import { database } from './plugins/database.ts';
import { framing } from './plugins/framing.ts';
import { heldRequests } from './plugins/held-requests.ts';
import { httpMetrics } from './plugins/http-metrics.ts';
import { intake } from './plugins/intake.ts';
import { jsonBodies } from './plugins/json-bodies.ts';
import { lineMetrics } from './plugins/line-metrics.ts';
import { nudges } from './plugins/nudges.ts';
import { openapi } from './plugins/openapi.ts';
import { orderReader } from './plugins/order-reader.ts';
import { overload } from './plugins/overload.ts';
import { pages } from './plugins/pages.ts';
import { problems } from './plugins/problems.ts';
import { queueState } from './plugins/queue-state.ts';
import { queue } from './plugins/queue.ts';
import { rateLimits } from './plugins/rate-limits.ts';
import { CLOSE_GRACE_MS, createServerOptions } from './server-options.ts';

export interface AppOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly failpoints: Failpoints;
}

/**
 * Builds the API. It neither listens nor touches the process; `close()` finishes the requests under
 * way, commits and dispatches what was taken in, and closes what the plugins opened, last first.
 */
export async function createApp({
  config,
  logger,
  metrics,
  failpoints,
}: AppOptions): Promise<FastifyInstance> {
  const app = createServer(config, logger);
  app.server.maxConnections = config.maxConnections;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);

  // The order of hooks is the order of checks: framing and size, 404 and 405, then what a context
  // adds: 401, 429, 403, 415, 400.
  await app.register(closing, { graceMs: CLOSE_GRACE_MS });
  await app.register(framing, { maxBodyBytes: MAX_BODY_BYTES, maxUrlBytes: MAX_URL_BYTES });
  await app.register(problems);
  await app.register(httpMetrics, metrics);
  await app.register(jsonBodies);
  await app.register(openapi);

  await app.register(cursors, { secret: config.cursorSecret });
  await app.register(database, {
    config: config.database,
    failpoints: config.failpoints === undefined ? undefined : failpoints,
    metrics,
  });
  await app.register(queue, { config: config.queue, logger });
  await app.register(queueState, { config: config.queue, logger });
  await app.register(nudges, { config: config.queue, logger });
  await app.register(orderReader);
  await app.register(heldRequests, { config: config.heldRequests, metrics });
  await app.register(intake, { config: config.intake, logger, metrics, failpoints });

  await app.register(lineMetrics, { metrics, logger, rules: config.scaling });

  const { limits } = config;
  await app.register(rateLimits, { config: limits, queue: config.queue, logger, metrics });
  await app.register(async (open) => {
    open.addHook('onRequest', app.limitByAddress);
    await open.register(openapiRoutes);
    await open.register(pages, { docs: config.docs });
  });
  await app.register(async (api) => {
    api.addHook('onRequest', (request, reply, next) => {
      reply.headers(API_HEADERS).header('x-request-id', request.id);
      next();
    });
    await api.register(crossOrigin, { origins: config.corsOrigins });
    await api.register(overload, { config: config.overload, metrics });
    await api.register(authentication, config.tokens);
    api.addHook('onRequest', app.limitByPrincipal);
    await api.register(orderRoutes, config.intake);
    await api.register(catalogueRoutes);
    await api.register(adminRoutes, { scaling: config.scaling });
  });
  return app;
}

/** HTTP, or with a certificate HTTPS; behind either it is the same. */
function createServer({ trustedProxies, tls }: Config, logger: Logger): FastifyInstance {
  const { http, ...options } = createServerOptions(logger, trustedProxies);
  if (tls === null) return fastify({ ...options, http });
  return fastify({ ...options, https: { ...http, ...tls, minVersion: 'TLSv1.2' } });
}
