import type { FastifyInstance } from 'fastify';
import { placeOrderRoute } from './place-order-route.ts';
import { readOrderRoutes } from './read-order-routes.ts';

export async function orderRoutes(app: FastifyInstance): Promise<void> {
  await app.register(placeOrderRoute);
  await app.register(readOrderRoutes);
}
