import type { Database } from '@orders/database/client';
import { hasOverdue } from '@orders/database/dispatch/has-overdue';
import type { Consumer } from '@orders/queue/consumer';
import type { QueueState } from '@orders/queue/queue-state';
import type { Logger } from '@orders/service/logger';
import { startTicker, type Ticker } from '@orders/service/ticker';
import type { WorkerConfig } from '../config.ts';
import type { Tasks } from './hung-tasks.ts';
import { createWatchdog } from './watchdog.ts';

export interface WatchdogParts {
  readonly database: Database;
  readonly consumer: Pick<Consumer, 'activeCount'>;
  readonly queueState: Pick<QueueState, 'isPaused'>;
  readonly tasks: Tasks;
  readonly logger: Logger;
  readonly onStuck: () => void;
}

type WatchdogConfig = Pick<
  WorkerConfig,
  'WATCHDOG_SECONDS' | 'PAYMENT_TIMEOUT_MS' | 'DATABASE_STATEMENT_TIMEOUT_MS'
>;

/** An order overdue by more than this should have been picked up by any sweeper. */
const OVERDUE_MS = 60_000;

/**
 * Watches this worker: that overdue orders do not wait while it is idle, and that nothing it has
 * begun goes on for ever. Both are cured by a fresh process only.
 */
export function startWatchdog(config: WatchdogConfig, parts: WatchdogParts): Ticker {
  const { database, consumer, queueState, tasks, logger, onStuck } = parts;
  const limitMs = config.WATCHDOG_SECONDS * 1_000;
  const intervalMs = Math.min(5_000, limitMs / 10);
  // Beyond what a run may take whose two calls and four statements all end by their time-outs.
  const hungAfterMs =
    limitMs + 2 * config.PAYMENT_TIMEOUT_MS + 4 * config.DATABASE_STATEMENT_TIMEOUT_MS;
  const isStuck = createWatchdog(limitMs);
  return startTicker({
    intervalMs,
    run: async () => {
      const task = tasks.findHung(Math.ceil(hungAfterMs / intervalMs));
      if (task !== null) {
        logger.fatal({ task }, 'Something has been under way for too long; this worker is wedged.');
        onStuck();
      }
      const active = consumer.activeCount() > 0;
      const overdue = !active && (await hasOverdue(database, OVERDUE_MS));
      const paused = overdue && (await queueState.isPaused());
      if (!isStuck({ overdue, active, paused }, Date.now())) return;
      logger.fatal('Orders are overdue but none is taken; this worker is wedged.');
      onStuck();
    },
    // Without PostgreSQL or Redis there is nothing to be wedged about.
    onError: () => isStuck({ overdue: false, active: false, paused: false }, Date.now()),
  });
}
