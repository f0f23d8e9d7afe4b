import type { Database } from '@orders/database/client';
import { readStockHealth, type StockHealth } from '@orders/database/warehouse/read-stock-health';
import type { Logger } from '@orders/service/logger';
import { startTicker, type Ticker } from '@orders/service/ticker';

export interface StockWatchOptions {
  readonly database: Database;
  readonly logger: Logger;
  readonly intervalMs: number;
  readonly onHealth: (health: StockHealth) => void;
}

/** Looks now and then how fresh the stock is and what is short, for the gauges. */
export function startStockWatch(options: StockWatchOptions): Ticker {
  const { database, logger, intervalMs, onHealth } = options;
  return startTicker({
    intervalMs,
    run: async () => onHealth(await readStockHealth(database)),
    onError: (error) => logger.debug({ err: error }, 'The stock could not be looked at.'),
  });
}
