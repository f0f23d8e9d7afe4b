import { startSharedCounts } from '@orders/queue/shared-counts';
import type { Logger } from '@orders/service/logger';
import type { Metrics } from '@orders/service/metrics';
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import type { Config } from '../config.ts';
import { addressBlock } from '../limits/address-block.ts';
import { type Admission, startRateLimiter, WINDOW_SECONDS } from '../limits/rate-limiter.ts';
import { ProblemError } from '../problems/problem-error.ts';
import { principalOf } from './authentication.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** `onRequest` hook of protected routes, after authentication. */
    readonly limitByPrincipal: onRequestHookHandler;
    /** `onRequest` hook of routes that anyone may use. */
    readonly limitByAddress: onRequestHookHandler;
    /** Counts a request that authentication refuses; the problem when it was one too many. */
    limitRefused(request: FastifyRequest, reply: FastifyReply): ProblemError | null;
  }
}

export interface RateLimitsOptions {
  readonly config: Config['limits'];
  readonly queue: Config['queue'];
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * Limits requests by customer and by address. Every answer says how its sender stands
 * (draft-ietf-httpapi-ratelimit-headers-10), a refusal also when to come again.
 */
export const rateLimits = fp(function rateLimits(
  app: FastifyInstance,
  { config, queue, logger, metrics }: RateLimitsOptions,
  done,
) {
  const shared = startSharedCounts({ url: queue.url, logger });
  const limiter = startRateLimiter({ limits: config, shared });
  const policy = [
    `"customer";q=${config.perCustomer};w=${WINDOW_SECONDS}`,
    `"address";q=${config.perAddress};w=${WINDOW_SECONDS}`,
  ].join(', ');
  const limited = metrics.counter({
    name: 'http_rate_limited_total',
    help: 'Requests answered with 429, by the limit that they went beyond',
    labelNames: ['by'],
  });

  function tell(reply: FastifyReply, { by, usage }: Admission): ProblemError | null {
    const { allowed, remaining, resetMs, retryAfterMs } = usage;
    reply
      .header('ratelimit-policy', policy)
      .header('ratelimit', `"${by}";r=${remaining};t=${Math.ceil(resetMs / 1_000)}`);
    if (allowed) return null;
    limited.inc({ by });
    const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
    return new ProblemError('rate-limited', { headers: { 'retry-after': String(seconds) } });
  }

  app.decorate('limitByPrincipal', (request, reply, next) => {
    const address = addressBlock(request.ip);
    const { subject } = principalOf(request);
    next(tell(reply, limiter.admit(address, subject, Date.now())) ?? undefined);
  });
  app.decorate('limitByAddress', (request, reply, next) => {
    const admission = limiter.admitAddress(addressBlock(request.ip), Date.now());
    next(tell(reply, admission) ?? undefined);
  });
  app.decorate('limitRefused', (request, reply) =>
    tell(reply, limiter.admitRefused(addressBlock(request.ip), Date.now())),
  );
  app.addHook('onClose', () => limiter.close());
  done();
});
