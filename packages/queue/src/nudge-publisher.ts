import type { Cluster, Redis } from 'ioredis';
import type { Logger } from 'pino';
import { createProbeConnection } from './connections.ts';
import { shardOf } from './job-identity.ts';
import { nudgeChannel, shardNumbers } from './queue-names.ts';

export interface NudgePublisher {
  /**
   * Tells whoever listens, soon and in few messages, that these orders have changed. To be called
   * after COMMIT. Returns at once and never throws: while Redis is away or slow nothing is told and
   * little is kept, since listeners look for themselves anyway.
   */
  publish(orderIds: readonly string[]): void;
  close(): void;
}

export interface NudgePublisherOptions {
  readonly url: string;
  readonly shards: number;
  readonly logger: Logger;
}

// A message costs the same 100 µs for one order as for hundreds, which a worker that begins and
// settles batches without end would feel: so changes gather. They gather for longer when nobody
// listened to the last message; who begins to listen then has just looked himself.
const GATHER_MS = 10;
const GATHER_UNHEARD_MS = 200;
const MAX_GATHERED = 10_000;
/** Beyond, Redis is slow, and what waits for it would only grow. */
const MAX_UNDER_WAY = 4;

export function startNudgePublisher({
  url,
  shards,
  logger,
}: NudgePublisherOptions): NudgePublisher {
  const connection = createProbeConnection({ url, logger });
  const lines = shardNumbers(shards).map((shard) => createLine(connection.client, shard));
  return {
    publish: (orderIds) => {
      if (connection.state() !== 'ready') return;
      for (const orderId of orderIds) lines[shardOf(orderId, shards)]?.add(orderId);
    },
    close: () => {
      for (const line of lines) line.close();
      connection.close();
    },
  };
}

/** What is to be told on one shard's channel. */
function createLine(client: Redis | Cluster, shard: number) {
  const channel = nudgeChannel(shard);
  let gathered = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let isHeard = false;
  let underWay = 0;

  function tell(): void {
    timer = undefined;
    const message = Array.from(gathered).join(',');
    gathered = new Set();
    if (underWay >= MAX_UNDER_WAY) return;
    underWay += 1;
    client
      .publish(channel, message)
      .then(
        (listeners) => {
          isHeard = listeners > 0;
        },
        () => {},
      )
      .finally(() => {
        underWay -= 1;
      });
  }

  return {
    add: (orderId: string) => {
      if (gathered.size >= MAX_GATHERED) return;
      gathered.add(orderId);
      timer ??= setTimeout(tell, isHeard ? GATHER_MS : GATHER_UNHEARD_MS);
    },
    close: () => {
      clearTimeout(timer);
    },
  };
}
