import type { FastifyInstance } from 'fastify';
import { actRoutes } from './act-routes.ts';
import { bulkRedriveRoute } from './bulk-redrive-route.ts';
import { listDeadLettersRoute } from './list-dead-letters-route.ts';
import { showDeadLetterRoute } from './show-dead-letter-route.ts';

/** `/admin/dead-letters` */
export async function deadLetterRoutes(app: FastifyInstance): Promise<void> {
  await app.register(listDeadLettersRoute);
  await app.register(showDeadLetterRoute);
  await app.register(actRoutes);
  await app.register(bulkRedriveRoute);
}
