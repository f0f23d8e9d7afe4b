import type { Database } from '@orders/database/client';
import {
  beginRestoring,
  finishRestoring,
  followMarker,
  hasLost,
  makeAllDue,
  readQueueMarker,
} from '@orders/database/dispatch/queue-marker';
import type { LossMarker } from '@orders/queue/loss-marker';
import type { Failpoints } from '@orders/service/failpoints';
import type { Logger } from '@orders/service/logger';

/** Checks every shard for a loss and repairs it. Resolves with the number of orders made due. */
export type RestoreQueue = () => Promise<number>;

export interface RestoreQueueParts {
  readonly database: Database;
  readonly marker: LossMarker;
  readonly failpoints: Failpoints;
  readonly logger: Logger;
  readonly shards: number;
}

/**
 * Notices that Redis lost jobs (flushed, restarted, rolled back, failed over) by a marker of which
 * PostgreSQL keeps a copy, and then makes every open order due. Adding a job that exists is a
 * no-op, so an alarm that was none costs little.
 */
export function createRestoreQueue(parts: RestoreQueueParts): RestoreQueue {
  const { database, marker, failpoints, logger, shards } = parts;

  async function checkShard(shard: number): Promise<number> {
    const observed = await marker.observe(shard);
    const stored = await readQueueMarker(database, shard);
    if (!hasLost(observed, stored)) {
      const generation = await marker.advance(shard);
      // Flushed since the look at it: the marker began anew at 1, and the next round notices.
      if (generation > (observed.generation ?? 0)) {
        await followMarker(database, shard, { runId: observed.runId, generation });
      }
      return 0;
    }
    const token = await beginRestoring(database, shard, observed.runId);
    await failpoints.hit('restore.begun');
    const orders = await makeAllDue(database);
    const generation = Math.max(stored?.generation ?? 0, observed.generation ?? 0) + 1;
    await marker.set(shard, generation);
    await failpoints.hit('restore.before-finish');
    const finished = await finishRestoring(database, shard, token, generation);
    logger.warn({ shard, orders, finished }, 'Redis may have lost jobs; all open orders are due.');
    return orders;
  }

  return async () => {
    let total = 0;
    for (let shard = 0; shard < shards; shard += 1) total += await checkShard(shard);
    return total;
  };
}
