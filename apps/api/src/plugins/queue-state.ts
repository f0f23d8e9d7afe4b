import { type QueueState, startQueueState } from '@orders/queue/queue-state';
import type { Logger } from '@orders/service/logger';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { Config } from '../config.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly queueState: QueueState;
  }
}

/** The look at the queues, on a connection of its own. Redis need not be there. */
export const queueState = fp(function queueState(
  app: FastifyInstance,
  { config, logger }: { readonly config: Config['queue']; readonly logger: Logger },
  done,
) {
  const opened = startQueueState({ ...config, logger });
  app.decorate('queueState', opened);
  app.addHook('onClose', () => opened.close());
  done();
});
