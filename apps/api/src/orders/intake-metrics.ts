import type { Placement } from '@orders/database/orders/new-order';
import type { Metrics } from '@orders/service/metrics';

export interface IntakeMetrics {
  observeBatch(batch: { readonly size: number; readonly ms: number }): void;
  countPlacement(kind: Placement['kind']): void;
}

export function createIntakeMetrics(metrics: Metrics): IntakeMetrics {
  const size = metrics.histogram({
    name: 'orders_intake_batch_size',
    help: 'Orders per transaction',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000],
  });
  const duration = metrics.histogram({
    name: 'orders_intake_batch_duration_seconds',
    help: 'From the beginning of a batch to its commit',
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
  });
  const placements = metrics.counter({
    name: 'orders_intake_placements_total',
    help: 'Requests to place an order, by what became of them',
    labelNames: ['kind'],
  });
  return {
    observeBatch: (batch) => {
      size.observe(batch.size);
      duration.observe(batch.ms / 1_000);
    },
    countPlacement: (kind) => placements.inc({ kind }),
  };
}
