import type { Metrics } from '@orders/service/metrics';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';

/** What is asked for without a route; its paths would be labels without end. */
const NO_ROUTE = 'none';

/**
 * Counts and times every answer by method, route template and status; not those that were kept open
 * because their clients wanted it.
 */
export const httpMetrics = fp(function httpMetrics(app: FastifyInstance, metrics: Metrics, done) {
  const duration = metrics.histogram({
    name: 'http_request_duration_seconds',
    help: 'From the first byte of a request to the last of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
  });
  // Finding the series of three labels anew costs more than the observation itself.
  const series = new Map<string, ReturnType<typeof duration.labels>>();

  app.addHook('onResponse', (request, reply, next) => {
    if (request.isHeld) {
      next();
      return;
    }
    const route = request.is404 ? NO_ROUTE : (request.routeOptions.url ?? NO_ROUTE);
    const { method } = request;
    const { statusCode, elapsedTime } = reply;
    const key = `${method} ${statusCode} ${route}`;
    let known = series.get(key);
    if (known === undefined) {
      known = duration.labels({ method, route, status: String(statusCode) });
      series.set(key, known);
    }
    known.observe(elapsedTime / 1_000);
    next();
  });
  done();
});
