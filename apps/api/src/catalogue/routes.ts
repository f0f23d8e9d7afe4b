import type { FastifyInstance } from 'fastify';
import { putCategoryRoute } from './put-category-route.ts';
import { putProductRoute } from './put-product-route.ts';
import { readCatalogueRoutes } from './read-catalogue-routes.ts';

/** Products and categories: read by anybody with a token, written by operators. */
export async function catalogueRoutes(app: FastifyInstance): Promise<void> {
  await app.register(readCatalogueRoutes);
  await app.register(putProductRoute);
  await app.register(putCategoryRoute);
}
