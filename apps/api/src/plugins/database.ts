import { createDatabase, type Database } from '@orders/database/client';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { Config } from '../config.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly database: Database;
  }
}

/** PostgreSQL. It need not be there at start: requests are answered with 503 until it is. */
export const database = fp(function database(
  app: FastifyInstance,
  config: Config['database'],
  done,
) {
  const opened = createDatabase({ ...config, applicationName: 'orders-api' });
  app.decorate('database', opened);
  app.addHook('onClose', () => opened.close());
  done();
});
