import type { RedisOptions } from 'ioredis';

// A hung Redis keeps its sockets open, and so does a network that drops packets: reconnecting then
// depends on us. Every purpose says how long a reply may be awaited before the socket is given up.

const RECONNECTING = {
  // Capped near a second: with the library's own backoff consumption resumed 17 s after Redis.
  retryStrategy: (times: number) => Math.min(50 * 2 ** Math.min(times - 1, 10), 1_000),
  connectTimeout: 1_000,
  // A socket that does not close by itself is destroyed after this.
  disconnectTimeout: 200,
  keepAlive: 5_000,
  // While Redis loads its data, ask again soon, however long it says that it will take.
  maxLoadingRetryTime: 500,
} satisfies RedisOptions;

/**
 * For adding jobs within a request: nothing is kept for later, nothing waits long. What fails here
 * is repaired by the sweeper. No command timeout, which is a timer for each job: whoever adds has a
 * deadline for all of his, and a socket that is silent is given up.
 */
export const PRODUCER_OPTIONS = {
  ...RECONNECTING,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  socketTimeout: 1_500,
} satisfies RedisOptions;

/**
 * For taking jobs and recording their ends: commands wait for Redis as long as it takes, since a
 * completion that is lost makes the job run again. No command timeout: blocking reads last 10 s.
 */
export const CONSUMER_OPTIONS = {
  ...RECONNECTING,
  maxRetriesPerRequest: null,
  socketTimeout: 15_000,
} satisfies RedisOptions;

/** For health checks, counts and markers: an answer soon or none. */
export const PROBE_OPTIONS = {
  ...RECONNECTING,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout: 500,
  socketTimeout: 1_500,
} satisfies RedisOptions;

/** For listening to nudges: what was listened to is asked for anew by us whenever Redis is back. */
export const SUBSCRIBER_OPTIONS = {
  ...PROBE_OPTIONS,
  autoResubscribe: false,
} satisfies RedisOptions;

export type PurposeOptions =
  | typeof PRODUCER_OPTIONS
  | typeof CONSUMER_OPTIONS
  | typeof PROBE_OPTIONS
  | typeof SUBSCRIBER_OPTIONS;
