import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { Config } from '../config.ts';
import { createSeats, type Seats } from '../seats.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly heldRequests: HeldRequests;
  }
}

export interface HeldRequests {
  /** Answers that wait until their order rests. */
  readonly waits: Seats;
  /** Streams of events. */
  readonly streams: Seats;
  readonly config: Config['heldRequests'];
}

/** Requests that are kept open on purpose: bounded in number, and none outlives the closing. */
export const heldRequests = fp(function heldRequests(
  app: FastifyInstance,
  config: Config['heldRequests'],
  done,
) {
  const waits = createSeats(config.maxWaits);
  const streams = createSeats(config.maxStreams, config.maxStreamsEach);
  app.decorate('heldRequests', { waits, streams, config });
  // Before the server waits for its connections: they are what would keep it waiting.
  app.addHook('preClose', (next) => {
    waits.close();
    streams.close();
    next();
  });
  done();
});
