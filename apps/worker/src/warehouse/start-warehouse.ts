import type { Database } from '@orders/database/client';
import type { Failpoints } from '@orders/service/failpoints';
import type { Logger } from '@orders/service/logger';
import type { WorkerConfig } from '../config.ts';
import type { WorkerMetrics } from '../metrics.ts';
import type { Tasks } from '../sweeper/hung-tasks.ts';
import type { EndedResult } from './run-warehouse-sync.ts';
import { startWarehouseSync } from './start-warehouse-sync.ts';
import { startStockWatch } from './watch-stock.ts';

export interface WarehouseParts {
  readonly database: Database;
  readonly logger: Logger;
  readonly failpoints: Failpoints;
  readonly metrics: WorkerMetrics;
  readonly track: Tasks['track'];
  /** Stock has risen: let the sweeper wake backordered orders now. */
  readonly nudge: () => void;
}

const WATCH_MS = 5_000;

/** Starts what the worker does about stock: the gauges, and the sync if there is a warehouse. */
export function startWarehouse(
  config: WorkerConfig,
  { database, logger, failpoints, metrics, track, nudge }: WarehouseParts,
): { close(): Promise<void> } {
  const url = config.WAREHOUSE_URL;
  const watch = startStockWatch({
    database,
    logger,
    intervalMs: WATCH_MS,
    onHealth: ({ openShortfalls, secondsSinceLastSuccess }) => {
      metrics.shortfallsOpen.set(openShortfalls);
      if (url === undefined || secondsSinceLastSuccess === null) return;
      metrics.warehouseSyncAge.set(secondsSinceLastSuccess);
    },
  });
  const sync =
    url === undefined
      ? null
      : startWarehouseSync({
          database,
          logger,
          failpoints,
          url,
          intervalMs: config.WAREHOUSE_SYNC_INTERVAL_SECONDS * 1_000,
          timeoutMs: config.WAREHOUSE_TIMEOUT_MS,
          leaseMs: config.WAREHOUSE_LEASE_MS,
          pageRows: config.WAREHOUSE_PAGE_ROWS,
          maxRows: config.WAREHOUSE_MAX_ROWS,
          onRaised: nudge,
          track,
          onEnd: ({ dryRun }, result) => {
            countEnd(metrics, dryRun, result);
            watch.nudge();
          },
        });
  return {
    async close() {
      await Promise.all([watch.close(), sync?.close()]);
    },
  };
}

/** Rows of dry runs are not counted: nothing happened to them. */
function countEnd(metrics: WorkerMetrics, dryRun: boolean, result: EndedResult): void {
  metrics.warehouseSyncs.inc({ state: result.state });
  if (dryRun) return;
  metrics.warehouseRows.inc({ outcome: 'changed' }, result.rowsChanged);
  metrics.warehouseRows.inc({ outcome: 'same' }, result.rowsSame);
  metrics.warehouseRows.inc({ outcome: 'unknown' }, result.rowsUnknown);
  metrics.warehouseRows.inc({ outcome: 'bad' }, result.rowsBad);
}
