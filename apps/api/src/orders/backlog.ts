import type { Database } from '@orders/database/client';
import { countOpenOrders } from '@orders/database/orders/open-orders';
import type { Logger } from '@orders/service/logger';
import type { Metrics } from '@orders/service/metrics';
import { startTicker } from '@orders/service/ticker';

export interface Backlog {
  /**
   * Whether so many orders are open that no more are taken.
   *
   * @param onTheirWay orders that were taken and are not placed yet
   */
  isFull(onTheirWay: number): boolean;
  /** Counts orders placed by this process until the next look at the table. */
  add(orders: number): void;
  close(): Promise<void>;
}

export interface BacklogOptions {
  readonly database: Database;
  readonly maxOpenOrders: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly intervalMs?: number;
}

/**
 * Watches how many orders have not come to rest, once a second. Until the first look, and while
 * PostgreSQL is away, the last number stands: placing orders then fails by itself.
 */
export function startBacklog(options: BacklogOptions): Backlog {
  const { database, maxOpenOrders, logger, metrics, intervalMs = 1_000 } = options;
  const gauge = metrics.gauge({ name: 'orders_open', help: 'Orders that have not come to rest' });
  let counted = 0;
  /** Placed here since the last look began. */
  let placed = 0;
  let reachable = true;

  const ticker = startTicker({
    intervalMs,
    run: async () => {
      const before = placed;
      counted = await countOpenOrders(database);
      // Those placed meanwhile may be counted twice until the next look, rather than not at all.
      placed -= before;
      gauge.set(counted);
      reachable = true;
    },
    onError: (error) => {
      if (reachable) logger.warn({ err: error }, 'Open orders cannot be counted.');
      reachable = false;
    },
  });
  return {
    isFull: (onTheirWay) => counted + placed + onTheirWay >= maxOpenOrders,
    add: (orders) => {
      placed += orders;
    },
    close: ticker.close,
  };
}
