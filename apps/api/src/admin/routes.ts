import type { FastifyInstance } from 'fastify';
import { requireOperator } from './require-operator.ts';
import { metricsRoute } from './metrics-route.ts';

/** What is for operators only. */
export async function adminRoutes(app: FastifyInstance): Promise<void> {
  app.addHook('onRequest', requireOperator);
  await app.register(metricsRoute);
}
