import type { Metrics } from './metrics.ts';

/** The connections of one process to its database, as of now. */
export interface PoolNumbers {
  readonly open: number;
  readonly idle: number;
  readonly waiting: number;
}

/** Shows a pool in the metrics; it is looked at when they are read. */
export function observePool(metrics: Pick<Metrics, 'gauge'>, look: () => PoolNumbers): void {
  metrics.gauge({
    name: 'database_pool_connections',
    help: 'Connections to PostgreSQL by what they do: idle or busy',
    labelNames: ['state'],
    collect() {
      const { open, idle } = look();
      this.set({ state: 'idle' }, idle);
      this.set({ state: 'busy' }, open - idle);
    },
  });
  metrics.gauge({
    name: 'database_pool_waiting',
    help: 'Statements and transactions that wait for a connection',
    collect() {
      this.set(look().waiting);
    },
  });
}
