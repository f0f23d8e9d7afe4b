import type { Logger } from 'pino';
import { createAsk } from './ask-redis.ts';
import { createProbeConnection } from './connections.ts';

export interface CountToShare {
  readonly key: string;
  /** How many more; 0 only asks. */
  readonly add: number;
}

/** Counts that several processes add to. Approximate by nature: Redis may lose them. */
export interface SharedCounts {
  /**
   * Adds and returns the sums, each at the place of its count. Throws soon while Redis is away; what
   * was added then may count or not.
   */
  share(counts: readonly CountToShare[], ttlMs: number): Promise<number[]>;
  close(): void;
}

/** The braces are a hash tag: on a Redis Cluster one pipeline reaches one node. */
const PREFIX = '{orders-counts}:';
const COMMAND_TIMEOUT_MS = 100;
const DEADLINE_MS = 500;

/** Starts a connection of its own, on which nothing is waited for long. */
export function startSharedCounts(options: {
  readonly url: string;
  readonly logger: Logger;
}): SharedCounts {
  const connection = createProbeConnection({ ...options, commandTimeoutMs: COMMAND_TIMEOUT_MS });
  const ask = createAsk(connection, DEADLINE_MS);

  async function send(counts: readonly CountToShare[], ttlMs: number): Promise<number[]> {
    const pipeline = connection.client.pipeline();
    for (const { key, add } of counts) {
      pipeline.incrby(`${PREFIX}${key}`, add).pexpire(`${PREFIX}${key}`, ttlMs);
    }
    const replies = (await pipeline.exec()) ?? [];
    return counts.map((_, place) => {
      const [error, sum] = replies[place * 2] ?? [];
      if (error !== null || typeof sum !== 'number') throw error ?? new Error('no reply');
      return sum;
    });
  }

  return {
    share: (counts, ttlMs) => ask(() => send(counts, ttlMs)),
    close: connection.close,
  };
}
