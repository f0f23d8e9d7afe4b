import type { Database } from '@orders/database/client';
import { type Beginning, beginOrders, type OrderRun } from '@orders/database/orders/begin-orders';
import { type PostponedRun, postponeRuns } from '@orders/database/orders/postpone-runs';
import { type Settled, settleOrders, type Settlement } from '@orders/database/orders/settle-orders';
import { isContention, isUnavailable } from '@orders/database/sql-state';
import type { RetryPolicy } from '@orders/domain/retry-policy';
import { type Batcher, createBatcher } from '@orders/service/batcher';
import type { WorkerMetrics } from '../metrics.ts';
import { observeStarts } from './observe-starts.ts';

export interface BatchesOptions {
  readonly database: Database;
  readonly policy: RetryPolicy;
  readonly metrics: WorkerMetrics;
  readonly maxBatchSize: number;
}

export interface Batches {
  readonly begins: Batcher<OrderRun, Beginning>;
  readonly settlements: Batcher<Settlement, Settled>;
  readonly postponements: Batcher<PostponedRun, void>;
}

/** The transactions of an order's run, each over as many orders as happen to be there. */
export function createBatches(options: BatchesOptions): Batches {
  const { database, policy, metrics } = options;
  return {
    begins: createBatcher({
      ...batching(options, 'begin'),
      runBatch: async (runs: OrderRun[]) => {
        const beginnings = await beginOrders(database, runs, policy);
        observeStarts(metrics, runs, beginnings, Date.now());
        return beginnings;
      },
    }),
    settlements: createBatcher({
      ...batching(options, 'settle'),
      runBatch: (batch: Settlement[]) => settleOrders(database, batch, policy),
    }),
    postponements: createBatcher({
      ...batching(options, 'postpone'),
      runBatch: async (runs: PostponedRun[]) => {
        await postponeRuns(database, runs);
        return runs.map(() => undefined);
      },
    }),
  };
}

function batching({ maxBatchSize, metrics }: BatchesOptions, step: string) {
  return {
    name: step,
    maxBatchSize,
    // One of each step: a second would wait for the SKUs that the first has locked, and halve both.
    maxInFlight: 1,
    maxQueue: 10_000,
    // Also what looks like a bug: one order's must not cost its mates an attempt. All steps may be
    // repeated, whatever became of them.
    isolate: (error: unknown) => !isUnavailable(error) && !isContention(error),
    onBatch: ({ size, ms }: { readonly size: number; readonly ms: number }) => {
      metrics.batchSize.observe({ step }, size);
      metrics.batchSeconds.observe({ step }, ms / 1_000);
    },
  };
}
