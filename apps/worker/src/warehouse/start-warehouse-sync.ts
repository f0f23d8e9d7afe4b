import { hostname } from 'node:os';
import type { Database } from '@orders/database/client';
import {
  claimWarehouseRun,
  type WarehouseRun,
} from '@orders/database/warehouse/claim-warehouse-run';
import { finishWarehouseSync } from '@orders/database/warehouse/finish-warehouse-sync';
import { pruneWarehouseSyncs } from '@orders/database/warehouse/prune-warehouse-syncs';
import { renewWarehouseLease } from '@orders/database/warehouse/renew-warehouse-lease';
import { type Failpoints, NO_FAILPOINTS } from '@orders/service/failpoints';
import type { Logger } from '@orders/service/logger';
import { startTicker } from '@orders/service/ticker';
import {
  type EndedResult,
  failedRun,
  runWarehouseSync,
  type SyncResult,
} from './run-warehouse-sync.ts';
import type { Tasks } from '../sweeper/hung-tasks.ts';
import { createWarehouseClient } from './warehouse-client.ts';
import { withFailpoints } from './with-failpoints.ts';

export interface WarehouseSyncOptions {
  readonly database: Database;
  readonly logger: Logger;
  readonly failpoints?: Failpoints;
  readonly url: string;
  /** From the end of a run to the next; 0: only on demand. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly leaseMs: number;
  readonly pageRows: number;
  readonly maxRows: number;
  /** How often it is looked whether a run is due or asked for. */
  readonly lookEveryMs?: number;
  readonly onRaised: () => void;
  /** Runs a task under the eyes of the watchdog: a run that hangs renews its lease for ever. */
  readonly track: Tasks['track'];
  /** Told how each run ended that was ours to its end. */
  readonly onEnd: (run: WarehouseRun, result: EndedResult) => void;
}

export interface RunningWarehouseSync {
  /** Ends a run at its next safe place, for another worker to start over; within seconds. */
  close(): Promise<void>;
}

/** Longer than any honest run, shorter than one that a slow partner draws out for ever. */
const RUN_DEADLINE_MS = 900_000;
const KEEP_DAYS = 30;

/**
 * Syncs the stock with the warehouse, by schedule and on demand. Driven by PostgreSQL and plain
 * timers: any number of workers look every second, and the lease lets one run. What the run does
 * is conditional on its fence, so a worker that was frozen meanwhile does nothing.
 */
export function startWarehouseSync(options: WarehouseSyncOptions): RunningWarehouseSync {
  const { database, logger, leaseMs, failpoints = NO_FAILPOINTS } = options;
  const client = withFailpoints(createWarehouseClient(options), failpoints);
  const stopping = new AbortController();
  const intervalMs = options.intervalMs > 0 ? options.intervalMs : null;
  const holder = `${hostname()}:${process.pid}`;

  async function runOnce(onProgress: () => void): Promise<void> {
    if (stopping.signal.aborted) return;
    const run = await claimWarehouseRun(database, { holder, leaseMs, intervalMs });
    if (run === null) return;
    logger.info({ syncId: run.syncId, actor: run.actor }, 'A warehouse sync has begun.');
    const result = await runUnderLease(run, onProgress);
    if (result.kind === 'fenced' || !(await finish(run, result))) {
      logger.warn({ syncId: run.syncId }, 'Another worker took this warehouse sync over.');
      return;
    }
    logEnd(logger, run, result);
    options.onEnd(run, result);
    await pruneWarehouseSyncs(database, KEEP_DAYS);
  }

  async function runUnderLease(run: WarehouseRun, onProgress: () => void): Promise<SyncResult> {
    const lost = new AbortController();
    const heartbeat = startTicker({
      intervalMs: leaseMs / 3,
      run: async () => {
        if (!(await renewWarehouseLease(database, run.fence, leaseMs))) lost.abort();
      },
      // While PostgreSQL is away nobody else can claim, either.
      onError: (error) => logger.warn({ err: error }, 'The warehouse lease was not renewed.'),
    });
    const deadline = AbortSignal.timeout(RUN_DEADLINE_MS);
    const signal = AbortSignal.any([stopping.signal, lost.signal, deadline]);
    try {
      return await runWarehouseSync({ ...options, client, onProgress }, run, signal);
    } catch (error) {
      logger.error({ err: error, syncId: run.syncId }, 'A warehouse sync met an error.');
      return failedRun('an error of our own; see the log');
    } finally {
      await heartbeat.close();
    }
  }

  function finish(run: WarehouseRun, result: EndedResult) {
    const startOver = result.state === 'failed' && stopping.signal.aborted;
    const error = startOver ? 'its worker was stopped; asked for again' : result.error;
    const { syncId, fence } = run;
    return finishWarehouseSync(database, {
      ...result,
      syncId,
      fence,
      error,
      intervalMs,
      startOver,
    });
  }

  const ticker = startTicker({
    intervalMs: options.lookEveryMs ?? 1_000,
    run: () => options.track('a warehouse sync', runOnce),
    onError: (error) =>
      logger.warn({ err: error }, 'The warehouse sync could not be looked after.'),
  });
  return {
    async close() {
      stopping.abort();
      await ticker.close();
      await client.close();
    },
  };
}

function logEnd(
  logger: Logger,
  { syncId, dryRun }: WarehouseRun,
  { state, error, sequence, rowsSeen, rowsBad }: EndedResult,
): void {
  const facts = { syncId, dryRun, sequence, rowsSeen, rowsBad, reason: error };
  if (state === 'completed') logger.info(facts, 'A warehouse sync has completed.');
  else if (state === 'stopped') logger.warn(facts, 'A warehouse sync has stopped: it needs force.');
  else logger.warn(facts, 'A warehouse sync has failed.');
}
