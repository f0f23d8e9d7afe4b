import type { Logger } from 'pino';
import { createProbeConnection } from './connections.ts';
import { shardOf } from './job-identity.ts';
import { nudgeChannel, shardNumbers } from './queue-names.ts';

export interface NudgePublisher {
  /**
   * Tells whoever listens that these orders have changed, in one message per shard. To be called
   * after COMMIT, once per batch. Returns at once and never throws: while Redis is away or slow
   * nothing is told and nothing is kept, since listeners look for themselves anyway.
   */
  publish(orderIds: readonly string[]): void;
  close(): void;
}

export interface NudgePublisherOptions {
  readonly url: string;
  readonly shards: number;
  readonly logger: Logger;
}

/** Beyond, Redis is slow, and what waits for it would only grow. */
const MAX_UNDER_WAY = 32;

export function startNudgePublisher({ url, shards, logger }: NudgePublisherOptions): NudgePublisher {
  const connection = createProbeConnection({ url, logger });
  let underWay = 0;
  const ended = () => {
    underWay -= 1;
  };

  function tell(shard: number, orderIds: readonly string[]): void {
    if (orderIds.length === 0 || underWay >= MAX_UNDER_WAY) return;
    underWay += 1;
    connection.client.publish(nudgeChannel(shard), orderIds.join(',')).then(ended, ended);
  }

  return {
    publish: (orderIds) => {
      if (connection.state() !== 'ready') return;
      if (shards === 1) tell(0, orderIds);
      else {
        for (const shard of shardNumbers(shards)) {
          tell(
            shard,
            orderIds.filter((orderId) => shardOf(orderId, shards) === shard),
          );
        }
      }
    },
    close: connection.close,
  };
}
