import type { FastifyInstance } from 'fastify';
import { cancelOrderRoutes } from './cancel-order-routes.ts';
import { listOrdersRoute } from './list-orders-route.ts';
import { orderEventsRoute } from './order-events-route.ts';
import { placeOrderRoute } from './place-order-route.ts';
import { readOrderRoutes } from './read-order-routes.ts';
import { updateOrderRoute } from './update-order-route.ts';

export interface OrderRoutesOptions {
  /** How long an equal basket of the same customer is refused. */
  readonly duplicateWindowSeconds: number;
}

export async function orderRoutes(
  app: FastifyInstance,
  options: OrderRoutesOptions,
): Promise<void> {
  await app.register(placeOrderRoute);
  await app.register(listOrdersRoute);
  await app.register(readOrderRoutes);
  await app.register(orderEventsRoute);
  await app.register(updateOrderRoute, options);
  await app.register(cancelOrderRoutes);
}
