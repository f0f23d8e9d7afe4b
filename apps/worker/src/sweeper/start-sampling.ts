import type { Database } from '@orders/database/client';
import { endHeartbeat, recordHeartbeat } from '@orders/database/scaling/record-heartbeat';
import { sampleCounters } from '@orders/database/scaling/sample-counters';
import type { Logger } from '@orders/service/logger';
import { startTicker } from '@orders/service/ticker';
import { v7 as uuidv7 } from 'uuid';

export interface SamplingOptions {
  readonly database: Database;
  readonly logger: Logger;
  readonly intervalMs?: number;
}

/** What is known of scaling without Redis: that this worker lives, and how many orders there were. */
export function startSampling({ database, logger, intervalMs = 5_000 }: SamplingOptions): {
  /** Also says that the worker has gone. Never rejects. */
  close(): Promise<void>;
} {
  const workerId = uuidv7();
  const onError = (error: unknown): void => {
    logger.debug({ err: error }, 'A heartbeat was not written.');
  };
  const ticker = startTicker({
    intervalMs,
    run: async () => {
      await recordHeartbeat(database, workerId);
      await sampleCounters(database, intervalMs);
    },
    onError,
  });
  return {
    close: async () => {
      await ticker.close();
      await endHeartbeat(database, workerId).catch(onError);
    },
  };
}
