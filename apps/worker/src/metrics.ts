import { createMetrics } from '@orders/service/metrics';

/** What the worker counts. Units are in the names. */
export function createWorkerMetrics() {
  const metrics = createMetrics();
  return {
    registry: metrics,
    batchSize: metrics.histogram({
      name: 'orders_worker_batch_size',
      help: 'Orders per transaction',
      labelNames: ['step'],
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
    }),
    timeToStart: metrics.histogram({
      name: 'orders_time_to_start_seconds',
      help: 'From placing an order to its payment being begun, the first time and with stock at hand',
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    }),
    batchSeconds: metrics.histogram({
      name: 'orders_worker_batch_seconds',
      help: 'Duration of transactions',
      labelNames: ['step'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    }),
    providerSeconds: metrics.histogram({
      name: 'orders_provider_call_seconds',
      help: 'Duration of calls to the payment provider',
      labelNames: ['call', 'result'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    }),
    failures: metrics.counter({
      name: 'orders_run_failures_total',
      help: "Errors of runs: the order's own, or outages of partners",
      labelNames: ['kind'],
    }),
    swept: metrics.counter({
      name: 'orders_swept_total',
      help: 'Orders that the sweeper found: due, woken by stock, or lost by Redis',
      labelNames: ['found'],
    }),
    sweepErrors: metrics.counter({
      name: 'orders_sweep_errors_total',
      help: 'Rounds of the sweeper that failed',
    }),
    breakerOpen: metrics.gauge({
      name: 'orders_provider_breaker_open',
      help: '1 while the provider is not called because it keeps failing',
    }),
    warehouseSyncs: metrics.counter({
      name: 'orders_warehouse_syncs_total',
      help: 'Runs of the warehouse sync by how they ended: completed, stopped or failed',
      labelNames: ['state'],
    }),
    warehouseRows: metrics.counter({
      name: 'orders_warehouse_rows_total',
      help: 'Rows of the stock feed by what became of them: changed, same, unknown or bad',
      labelNames: ['outcome'],
    }),
    warehouseSyncAge: metrics.gauge({
      name: 'orders_warehouse_sync_age_seconds',
      help: 'Since the last warehouse sync that completed, or since the first try before one did',
    }),
    shortfallsOpen: metrics.gauge({
      name: 'orders_stock_shortfalls_open',
      help: 'SKUs of which more units are promised than are there',
    }),
    active: metrics.gauge({
      name: 'orders_worker_active',
      help: 'Orders under way in this process',
    }),
  };
}

export type WorkerMetrics = ReturnType<typeof createWorkerMetrics>;
