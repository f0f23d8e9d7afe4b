import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { Queue } from 'bullmq';
import type { Logger } from 'pino';
import { createProbeConnection } from './connections.ts';
import { keyPrefix, queueName, shardNumbers } from './queue-names.ts';

export interface BoardQueues {
  /** What a board shows. */
  readonly adapters: readonly BullMQAdapter[];
  close(): Promise<void>;
}

export interface BoardQueuesOptions {
  readonly url: string;
  readonly shards: number;
  readonly logger: Logger;
  /** Whether the board may change what it shows. */
  readonly writable: boolean;
}

/** Starts a connection of its own for looking at the queues of all shards. */
export function startBoardQueues(options: BoardQueuesOptions): BoardQueues {
  const { shards, writable } = options;
  const connection = createProbeConnection(options);
  const queues = shardNumbers(shards).map((shard) => {
    const queue = new Queue(queueName(shard), {
      connection: connection.client,
      prefix: keyPrefix(shard),
      skipVersionCheck: true,
      skipMetasUpdate: true,
    });
    // Whoever looks is told, and the connection reports its own state.
    queue.on('error', () => {});
    return queue;
  });
  return {
    adapters: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: !writable })),
    close: async () => {
      connection.close();
      await Promise.allSettled(queues.map((queue) => queue.close()));
    },
  };
}
