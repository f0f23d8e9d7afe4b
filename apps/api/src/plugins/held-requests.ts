import type { Metrics } from '@orders/service/metrics';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { Config } from '../config.ts';
import { createSeats, type Seats } from '../seats.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly heldRequests: HeldRequests;
  }
  interface FastifyRequest {
    /** It took as long as its client wanted, not as long as it needed. */
    isHeld: boolean;
  }
}

export interface HeldRequests {
  /** Answers that wait until their order rests. */
  readonly waits: Seats;
  /** Streams of events. */
  readonly streams: Seats;
  readonly config: Config['heldRequests'];
}

export interface HeldRequestsOptions {
  readonly config: Config['heldRequests'];
  readonly metrics: Metrics;
}

/** Requests that are kept open on purpose: bounded in number, and none outlives the closing. */
export const heldRequests = fp(function heldRequests(
  app: FastifyInstance,
  { config, metrics }: HeldRequestsOptions,
  done,
) {
  const waits = createSeats(config.maxWaits);
  const streams = createSeats(config.maxStreams, config.maxStreamsEach);
  app.decorate('heldRequests', { waits, streams, config });
  app.decorateRequest('isHeld', false);
  metrics.gauge({
    name: 'http_requests_held',
    help: 'Requests that are kept open on purpose: answers that wait, streams of events',
    labelNames: ['kind'],
    collect() {
      this.set({ kind: 'wait' }, waits.count());
      this.set({ kind: 'stream' }, streams.count());
    },
  });
  // Before the server waits for its connections: they are what would keep it waiting.
  app.addHook('preClose', (next) => {
    waits.close();
    streams.close();
    next();
  });
  done();
});
