import { type NudgePublisher, startNudgePublisher } from '@orders/queue/nudge-publisher';
import { type Nudges, startNudges } from '@orders/queue/nudges';
import type { Logger } from '@orders/service/logger';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { Config } from '../config.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Hearing and telling that orders have changed, as far as Redis is there. */
    readonly nudges: Pick<Nudges, 'subscribe'> & Pick<NudgePublisher, 'publish'>;
  }
}

export interface NudgesPluginOptions {
  readonly config: Config['queue'];
  readonly logger: Logger;
}

/** Redis need not be there: who waits for a change then sees it a little later. */
export const nudges = fp(function nudges(
  app: FastifyInstance,
  { config, logger }: NudgesPluginOptions,
  done,
) {
  const heard = startNudges({ ...config, logger });
  const told = startNudgePublisher({ ...config, logger });
  app.decorate('nudges', { subscribe: heard.subscribe, publish: told.publish });
  app.addHook('onClose', (_instance, next) => {
    heard.close();
    told.close();
    next();
  });
  done();
});
