import { type Producer, startProducer } from '@orders/queue/producer';
import type { Logger } from '@orders/service/logger';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { Config } from '../config.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly producer: Producer;
  }
}

export interface QueueOptions {
  readonly config: Config['queue'];
  readonly logger: Logger;
}

/** The way into the queue. Redis need not be there, neither at start nor later. */
export const queue = fp(function queue(
  app: FastifyInstance,
  { config, logger }: QueueOptions,
  done,
) {
  const producer = startProducer({ ...config, logger });
  app.decorate('producer', producer);
  app.addHook('onClose', () => producer.close());
  done();
});
