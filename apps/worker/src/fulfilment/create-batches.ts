import type { Database } from '@orders/database/client';
import { type Beginning, beginOrders, type OrderRun } from '@orders/database/orders/begin-orders';
import { type Settled, settleOrders, type Settlement } from '@orders/database/orders/settle-orders';
import { isContention, isUnavailable } from '@orders/database/sql-state';
import type { RetryPolicy } from '@orders/domain/retry-policy';
import type { NudgePublisher } from '@orders/queue/nudge-publisher';
import { type Batcher, createBatcher } from '@orders/service/batcher';
import type { WorkerMetrics } from '../metrics.ts';
import { observeStarts } from './observe-starts.ts';

export interface BatchesOptions {
  readonly database: Database;
  readonly policy: RetryPolicy;
  readonly metrics: WorkerMetrics;
  readonly nudges: NudgePublisher;
  readonly maxBatchSize: number;
}

export interface Batches {
  readonly begins: Batcher<OrderRun, Beginning>;
  readonly settlements: Batcher<Settlement, Settled>;
}

/** The two transactions of an order's run, each over as many orders as happen to be there. */
export function createBatches(options: BatchesOptions): Batches {
  const { database, policy, metrics, nudges } = options;
  return {
    begins: createBatcher({
      ...batching(options, 'begin'),
      runBatch: async (runs: OrderRun[]) => {
        const beginnings = await beginOrders(database, runs, policy);
        observeStarts(metrics, runs, beginnings, Date.now());
        nudges.publish(
          runs.flatMap((run, n) => (beginnings[n]?.kind === 'superseded' ? [] : run.orderId)),
        );
        return beginnings;
      },
    }),
    settlements: createBatcher({
      ...batching(options, 'settle'),
      runBatch: async (batch: Settlement[]) => {
        const settled = await settleOrders(database, batch, policy);
        nudges.publish(batch.map(({ orderId }) => orderId));
        for (const { status } of settled) metrics.settled.inc({ status: status ?? 'unknown' });
        return settled;
      },
    }),
  };
}

function batching({ maxBatchSize, metrics }: BatchesOptions, step: string) {
  return {
    name: step,
    maxBatchSize,
    // Two, so that one gathers and computes while the other waits for its COMMIT.
    maxInFlight: 2,
    maxQueue: 10_000,
    // Also what looks like a bug: one order's must not cost its mates an attempt. Both steps may be
    // repeated, whatever became of them.
    isolate: (error: unknown) => !isUnavailable(error) && !isContention(error),
    onBatch: ({ size, ms }: { readonly size: number; readonly ms: number }) => {
      metrics.batchSize.observe({ step }, size);
      metrics.batchSeconds.observe({ step }, ms / 1_000);
    },
  };
}
