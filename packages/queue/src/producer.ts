import { JOB_VERSION, type OrderJob } from '@orders/domain/contracts/job';
import { type JobsOptions, Queue } from 'bullmq';
import type { Logger } from 'pino';
import { createProducerConnection, type QueueConnection } from './connections.ts';
import { jobId, shardOf } from './job-identity.ts';
import { createRareLog } from './log-rarely.ts';
import { keyPrefix, queueName, shardNumbers } from './queue-names.ts';
import { withDeadline } from './with-deadline.ts';

export interface JobToEnqueue {
  readonly orderId: string;
  readonly dispatch: number;
  /** Not before this time from now. */
  readonly delayMs?: number;
}

/** `failed`: some may have been added, and some may be yet. Repeating is safe. */
export type EnqueueResult =
  | { readonly kind: 'enqueued' }
  | { readonly kind: 'failed'; readonly error: Error };

export interface Producer {
  /**
   * Adds a job per element, at once or after its delay; those that exist stay as they are. Takes no
   * longer than `deadlineMs` and never throws: Redis is the dispatcher, not the truth, and whoever
   * calls has already answered for the order.
   */
  enqueue(
    jobs: readonly JobToEnqueue[],
    options: { readonly deadlineMs: number },
  ): Promise<EnqueueResult>;
  isConnected(): boolean;
  /** Called whenever Redis can be used (again). Returns its removal. */
  onReady(listener: () => void): () => void;
  close(): Promise<void>;
}

export interface ProducerOptions {
  readonly url: string;
  readonly shards: number;
  readonly logger: Logger;
}

type OrderQueue = Queue<OrderJob, void, 'order', OrderJob, void, 'order'>;

/** Larger pipelines are cut, so that one of them cannot take the whole deadline of others. */
const MAX_PIPELINE = 1_000;

// What is finished leaves Redis, the order itself stays in PostgreSQL. PostgreSQL counts attempts and
// gives up; BullMQ must never, so its own limit is out of reach.
const JOB_OPTIONS: JobsOptions = {
  attempts: 1_000_000_000,
  backoff: { type: 'planned' },
  removeOnComplete: true,
  removeOnFail: true,
  stackTraceLimit: 1,
};

/**
 * Starts adding jobs to the queues of all shards over one connection. Redis need not be there:
 * `enqueue` then fails at once, and works as soon as it is.
 */
export function startProducer({ url, shards, logger }: ProducerOptions): Producer {
  const connection = createProducerConnection({ url, logger });
  const queues = shardNumbers(shards).map((shard) => createQueue(shard, connection, logger));

  async function add(jobs: readonly JobToEnqueue[], until: number): Promise<void> {
    // A process that has just started gives its first connection a chance; the deadline bounds it.
    await connection.firstState();
    for (let from = 0; from < jobs.length; from += MAX_PIPELINE) {
      // Asked before each pipeline: what would only wait for a timeout is not sent at all.
      if (connection.state() !== 'ready') throw new Error('Redis cannot be reached');
      if (performance.now() > until) return;
      await Promise.all(addPerShard(queues, jobs.slice(from, from + MAX_PIPELINE)));
    }
  }

  return {
    enqueue: async (jobs, { deadlineMs }) => {
      if (jobs.length === 0) return { kind: 'enqueued' };
      try {
        await withDeadline(add(jobs, performance.now() + deadlineMs), deadlineMs, 'Enqueueing');
        return { kind: 'enqueued' };
      } catch (error) {
        return {
          kind: 'failed',
          error: error instanceof Error ? error : new Error('Enqueueing failed', { cause: error }),
        };
      }
    },
    isConnected: () => connection.state() === 'ready',
    onReady: connection.onReady,
    close: async () => {
      connection.close();
      // The connection is ours, not the queues': they only stop listening to it.
      await Promise.allSettled(queues.map((queue) => queue.close()));
    },
  };
}

function createQueue(shard: number, { client }: QueueConnection, logger: Logger): OrderQueue {
  const logRarely = createRareLog(logger);
  const queue: OrderQueue = new Queue(queueName(shard), {
    connection: client,
    prefix: keyPrefix(shard),
    defaultJobOptions: JOB_OPTIONS,
    // Asking for the version may time out, and a queue that failed to start once never works again.
    skipVersionCheck: true,
    // Nobody reads the events; a short stream leaves the memory to jobs.
    streams: { events: { maxLen: 100 } },
  });
  queue.on('error', (error) => {
    if (client.status === 'ready')
      logRarely(error, { queue: queue.name }, 'The queue reported an error.');
  });
  return queue;
}

function addPerShard(
  queues: readonly OrderQueue[],
  jobs: readonly JobToEnqueue[],
): Promise<unknown>[] {
  return queues.flatMap((queue, shard) => {
    const own =
      queues.length === 1
        ? jobs
        : jobs.filter(({ orderId }) => shardOf(orderId, queues.length) === shard);
    return own.length === 0 ? [] : [queue.addBulk(own.map(toBulkJob))];
  });
}

function toBulkJob({ orderId, dispatch, delayMs }: JobToEnqueue) {
  return {
    name: 'order' as const,
    data: { v: JOB_VERSION, orderId, dispatch } satisfies OrderJob,
    opts: {
      jobId: jobId(orderId, dispatch),
      ...(delayMs === undefined ? {} : { delay: Math.max(0, Math.round(delayMs)) }),
    },
  };
}
