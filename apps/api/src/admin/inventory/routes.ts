import type { FastifyInstance } from 'fastify';
import { adjustStockRoute } from './adjust-stock-route.ts';
import { listStockRoute } from './list-stock-route.ts';
import { showStockRoute } from './show-stock-route.ts';

/** `/admin/inventory` */
export async function inventoryRoutes(app: FastifyInstance): Promise<void> {
  await app.register(listStockRoute);
  await app.register(showStockRoute);
  await app.register(adjustStockRoute);
}
