import underPressure from '@fastify/under-pressure';
import type { Metrics } from '@orders/service/metrics';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { Config } from '../config.ts';
import { ProblemError } from '../problems/problem-error.ts';

export interface OverloadOptions {
  readonly config: Config['overload'];
  readonly metrics: Metrics;
}

/**
 * Turns requests away, in the context that it is registered in, while the process cannot keep up:
 * its event loop is late, or too many statements wait for a connection. (Orders have bounds of
 * their own: the intake's queue and the backlog.) Better a 503 at once than an answer too late.
 */
export const overload = fp(async function overload(
  app: FastifyInstance,
  { config, metrics }: OverloadOptions,
) {
  const shed = metrics.counter({
    name: 'http_shed_total',
    help: 'Requests answered with 503 because the process could not keep up',
    labelNames: ['reason'],
  });
  const refuse = (reason: string): ProblemError => {
    shed.inc({ reason });
    return new ProblemError('overloaded', { headers: { 'retry-after': '2' } });
  };

  await app.register(underPressure, {
    maxEventLoopDelay: config.maxEventLoopDelayMs,
    // Its own error would be no problem of ours; a rejection is passed on as it is.
    pressureHandler: () => Promise.reject(refuse('event_loop')),
  });
  app.addHook('onRequest', (_request, _reply, next) => {
    const tooMany = app.database.pool().waiting > config.maxPoolWaiting;
    next(tooMany ? refuse('pool') : undefined);
  });
});
