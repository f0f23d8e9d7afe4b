import { createDatabase, type Database } from '@orders/database/client';
import type { NudgePublisher } from '@orders/queue/nudge-publisher';
import { countRests } from '@orders/service/count-rests';
import type { Failpoints } from '@orders/service/failpoints';
import type { Metrics } from '@orders/service/metrics';
import { observePool } from '@orders/service/observe-pool';
import type { WorkerConfig } from './config.ts';

export interface WorkerDatabaseParts {
  readonly metrics: Metrics;
  readonly failpoints: Failpoints;
  readonly nudges: NudgePublisher;
}

/** PostgreSQL. Each step of an order that is committed is counted, and told to who follows it. */
export function createWorkerDatabase(
  config: WorkerConfig,
  { metrics, failpoints, nudges }: WorkerDatabaseParts,
): Database {
  const count = countRests(metrics);
  const database = createDatabase({
    url: config.DATABASE_URL,
    poolSize: config.DATABASE_POOL_SIZE,
    applicationName: 'orders-worker',
    statementTimeoutMs: config.DATABASE_STATEMENT_TIMEOUT_MS,
    // Left out altogether when there are none, so that transactions do not ask.
    failpoint: config.FAILPOINTS === undefined ? undefined : failpoints.hit,
    onMoves: (moves) => {
      count(moves);
      nudges.publish(moves.map(({ orderId }) => orderId));
    },
  });
  observePool(metrics, database.pool);
  return database;
}
