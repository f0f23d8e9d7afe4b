import { createDatabase } from '@orders/database/client';
import { beginRestoring, finishRestoring } from '@orders/database/dispatch/queue-marker';
import { startLossMarker } from '@orders/queue/loss-marker';
import { pino } from 'pino';
import type { Site } from '../../stage/open-site.ts';

/**
 * Leaves Redis and PostgreSQL as a worker that ran before leaves them. Otherwise the first worker
 * would take the emptied Redis for a loss, and dispatch every waiting order a second time.
 */
export async function settleMarker(site: Site): Promise<void> {
  const database = createDatabase({
    url: site.databaseUrl,
    poolSize: 1,
    applicationName: 'orders-bench',
  });
  const marker = startLossMarker({ url: site.redisUrl, logger: pino({ level: 'warn' }) });
  try {
    const { runId } = await marker.observe(0);
    const token = await beginRestoring(database, 0, runId);
    await marker.set(0, 1);
    await finishRestoring(database, 0, token, 1);
  } finally {
    marker.close();
    await database.close();
  }
}
