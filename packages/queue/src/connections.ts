import type { Cluster, Redis } from 'ioredis';
import type { Logger } from 'pino';
import {
  CONSUMER_OPTIONS,
  PROBE_OPTIONS,
  PRODUCER_OPTIONS,
  type PurposeOptions,
  SUBSCRIBER_OPTIONS,
} from './connection-options.ts';
import { createClient } from './create-client.ts';

export interface QueueConnection {
  /** For BullMQ and for commands; reconnects by itself until `close`. */
  readonly client: Redis | Cluster;
  /** `starting` until the first success or failure; `down` fails fast. */
  readonly state: () => ConnectionState;
  /** Resolves once the first attempt to connect has succeeded or failed. */
  readonly firstState: () => Promise<void>;
  /** Called whenever Redis can be used (again), the first time included. Returns its removal. */
  readonly onReady: (listener: () => void) => () => void;
  /** Drops the connection at once, whatever state it is in, and the copies that BullMQ made of it. */
  readonly close: () => void;
}

type ConnectionState = 'starting' | 'ready' | 'down' | 'closed';

export interface ConnectionOptions {
  /** `redis://`, `rediss://` or `redis+cluster://` with comma-separated hosts. */
  readonly url: string;
  readonly logger: Logger;
}

/** A connection on which commands fail soon: for processes that answer requests. */
export function createProducerConnection(options: ConnectionOptions): QueueConnection {
  return connect({ ...options, purpose: 'producer', redisOptions: PRODUCER_OPTIONS });
}

/** A connection on which commands wait until Redis is there. */
export function createConsumerConnection(options: ConnectionOptions): QueueConnection {
  return connect({ ...options, purpose: 'consumer', redisOptions: CONSUMER_OPTIONS });
}

/**
 * A connection for questions that are not about jobs: health, counts, markers, rate limits.
 *
 * @param options.commandTimeoutMs how long a command may take; 500 without it
 */
export function createProbeConnection(
  options: ConnectionOptions & { readonly commandTimeoutMs?: number },
): QueueConnection {
  const commandTimeout = options.commandTimeoutMs ?? PROBE_OPTIONS.commandTimeout;
  return connect({
    ...options,
    purpose: 'probe',
    redisOptions: { ...PROBE_OPTIONS, commandTimeout },
  });
}

/** A connection that does nothing but listen. */
export function createSubscriberConnection(options: ConnectionOptions): QueueConnection {
  return connect({ ...options, purpose: 'subscriber', redisOptions: SUBSCRIBER_OPTIONS });
}

interface Purpose extends ConnectionOptions {
  readonly purpose: 'producer' | 'consumer' | 'probe' | 'subscriber';
  readonly redisOptions: PurposeOptions;
}

function connect({ url, logger, purpose, redisOptions }: Purpose): QueueConnection {
  const { client, disconnect } = createClient(url, redisOptions);
  const listeners = new Set<() => void>();
  let state: ConnectionState = 'starting';
  let lastError: Error | undefined;
  let downSince = 0;
  let settleFirstState = () => {};
  const firstState = new Promise<void>((resolve) => {
    settleFirstState = resolve;
  });

  // One line when it goes and one when it is back; an outage tries some hundred times in between.
  function goDown(): void {
    if (state === 'closed' || state === 'down') return;
    state = 'down';
    downSince = Date.now();
    settleFirstState();
    logger.warn({ purpose, err: lastError }, 'Redis cannot be reached.');
  }
  client.on('error', (error: Error) => {
    lastError = error;
    if (client.status !== 'ready') goDown();
  });
  client.on('close', goDown);
  client.on('end', goDown);
  client.on('ready', () => {
    if (state === 'closed') return;
    if (state === 'down')
      logger.info({ purpose, downMs: Date.now() - downSince }, 'Redis is back.');
    state = 'ready';
    settleFirstState();
    lastError = undefined;
    for (const listener of listeners) listener();
  });

  return {
    client,
    state: () => state,
    firstState: () => firstState,
    onReady: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {
      state = 'closed';
      settleFirstState();
      listeners.clear();
      disconnect();
    },
  };
}
