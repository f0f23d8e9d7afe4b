import type { Logger } from 'pino';
import { createSubscriberConnection } from './connections.ts';
import { shardOf } from './job-identity.ts';
import { nudgeChannel, shardNumbers } from './queue-names.ts';

export interface Nudges {
  /**
   * Calls `listener` when the order may have changed: after whoever changed it has published it,
   * and whenever some of that may have been missed. Best effort, so a listener also looks for itself
   * now and then; while Redis is away it is never called. It must not throw.
   *
   * @returns its removal
   */
  subscribe(orderId: string, listener: () => void): () => void;
  close(): void;
}

export interface NudgesOptions {
  readonly url: string;
  readonly shards: number;
  readonly logger: Logger;
  /** How often a silent connection is tried, and shards that nobody listens to any more are left. */
  readonly upkeepIntervalMs?: number;
}

/**
 * Starts to listen for changes of orders, over one connection for the whole process, and only to
 * the shards of orders that somebody wants to hear of.
 */
export function startNudges({
  url,
  shards,
  logger,
  upkeepIntervalMs = 10_000,
}: NudgesOptions): Nudges {
  const connection = createSubscriberConnection({ url, logger });
  const { client } = connection;
  const wanted = shardNumbers(shards).map(() => new Map<string, Set<() => void>>());
  const joined = new Set<number>();

  function join(shard: number): void {
    if (joined.has(shard) || connection.state() !== 'ready') return;
    joined.add(shard);
    client.subscribe(nudgeChannel(shard)).then(
      // What was published before this moment was not heard.
      () => nudgeAll(shard),
      () => joined.delete(shard),
    );
  }

  function nudgeAll(shard: number): void {
    for (const listeners of wanted[shard]?.values() ?? []) {
      for (const listener of listeners) listener();
    }
  }

  function upkeep(): void {
    for (const [shard, orders] of wanted.entries()) {
      if (orders.size > 0) join(shard);
      else if (joined.delete(shard)) client.unsubscribe(nudgeChannel(shard)).catch(() => {});
    }
    // A peer that is gone without a word is noticed by the missing reply (`socketTimeout`).
    if (joined.size > 0) client.ping().catch(() => {});
  }

  connection.onReady(() => {
    joined.clear();
    upkeep();
  });
  const timer = setInterval(upkeep, upkeepIntervalMs).unref();
  client.on('message', (_channel: string, message: string) => {
    for (const orderId of message.split(',')) {
      const listeners = wanted[shardOf(orderId, shards)]?.get(orderId);
      for (const listener of listeners ?? []) listener();
    }
  });

  return {
    subscribe: (orderId, listener) => {
      const shard = shardOf(orderId, shards);
      const orders = wanted[shard] ?? new Map<string, Set<() => void>>();
      const listeners = orders.get(orderId) ?? new Set();
      orders.set(orderId, listeners.add(listener));
      join(shard);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0 && orders.get(orderId) === listeners) orders.delete(orderId);
      };
    },
    close: () => {
      clearInterval(timer);
      connection.close();
    },
  };
}
