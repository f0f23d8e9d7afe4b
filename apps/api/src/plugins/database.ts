import { createDatabase, type Database } from '@orders/database/client';
import { countRests } from '@orders/service/count-rests';
import type { Failpoints } from '@orders/service/failpoints';
import type { Metrics } from '@orders/service/metrics';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { Config } from '../config.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly database: Database;
  }
}

export interface DatabaseOptions {
  readonly config: Config['database'];
  /** Left out when there are none, so that transactions do not ask. */
  readonly failpoints: Failpoints | undefined;
  readonly metrics: Metrics;
}

/** PostgreSQL. It need not be there at start: requests are answered with 503 until it is. */
export const database = fp(function database(
  app: FastifyInstance,
  { config, failpoints, metrics }: DatabaseOptions,
  done,
) {
  const opened = createDatabase({
    ...config,
    applicationName: 'orders-api',
    failpoint: failpoints?.hit,
    onMoves: countRests(metrics),
  });
  app.decorate('database', opened);
  app.addHook('onClose', () => opened.close());
  done();
});
