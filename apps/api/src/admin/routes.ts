import type { ScalingRules } from '@orders/domain/decide-workers';
import type { FastifyInstance } from 'fastify';
import { deadLetterRoutes } from './dead-letters/routes.ts';
import { inventoryRoutes } from './inventory/routes.ts';
import { metricsRoute } from './metrics-route.ts';
import { queueRoutes } from './queues/queue-routes.ts';
import { scalingRoute } from './queues/scaling-route.ts';
import { requireOperator } from './require-operator.ts';
import { warehouseSyncRoutes } from './warehouse-syncs/routes.ts';

export interface AdminRoutesOptions {
  readonly scaling: ScalingRules;
}

/** What is for operators only, and as of now: nobody keeps it. */
export async function adminRoutes(
  app: FastifyInstance,
  { scaling }: AdminRoutesOptions,
): Promise<void> {
  app.addHook('onRequest', requireOperator);
  app.addHook('onRequest', (_request, reply, next) => {
    reply.header('cache-control', 'no-store');
    next();
  });
  await app.register(metricsRoute);
  await app.register(deadLetterRoutes);
  await app.register(inventoryRoutes);
  await app.register(warehouseSyncRoutes);
  await app.register(queueRoutes);
  await app.register(scalingRoute, scaling);
}
