import type { FastifyInstance } from 'fastify';
import { listSyncsRoute } from './list-syncs-route.ts';
import { requestSyncRoute } from './request-sync-route.ts';
import { showSyncRoute } from './show-sync-route.ts';

/** `/admin/warehouse-syncs` */
export async function warehouseSyncRoutes(app: FastifyInstance): Promise<void> {
  await app.register(listSyncsRoute);
  await app.register(showSyncRoute);
  await app.register(requestSyncRoute);
}
