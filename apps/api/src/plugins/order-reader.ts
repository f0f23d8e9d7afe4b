import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { createOrderReader, type OrderReader } from '../orders/order-reader.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly orderReader: OrderReader;
  }
}

/** Reads of single orders, many of them in one statement. */
export const orderReader = fp(function orderReader(app: FastifyInstance, _options, done) {
  const reader = createOrderReader(app.database);
  app.decorate('orderReader', reader);
  app.addHook('onClose', () => reader.close());
  done();
});
