import { type Job, Queue } from 'bullmq';
import type { Logger } from 'pino';
import { createAsk } from './ask-redis.ts';
import { createProbeConnection, type QueueConnection } from './connections.ts';
import { jobId, shardOf } from './job-identity.ts';
import { keyPrefix, queueName, shardNumbers } from './queue-names.ts';
import { parseReturnReason } from './returned-job.ts';

export interface QueueCounts {
  readonly name: string;
  readonly shard: number;
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly paused: boolean;
  /** Age of the job that is next in line, since it was added; null when none waits. */
  readonly oldestWaitingMs: number | null;
}

/** A job in Redis, for operators. */
export interface FoundJob {
  readonly jobId: string;
  readonly queue: string;
  readonly state: string;
  readonly enqueuedAt: number;
  readonly attemptsStarted: number;
  readonly returns: number;
  readonly stalls: number;
  /** For a delayed job: when it is due, in milliseconds since the epoch. */
  readonly dueAt: number | null;
  readonly lastReason: string | null;
  /** The worker that took it last. */
  readonly worker: string | null;
}

/**
 * Looks at the queues and switches them. Every call answers within the time-out or throws: counts
 * are unknown while Redis is away, and never 0 because of it.
 */
export interface QueueState {
  counts(): Promise<QueueCounts[]>;
  /** Whether any queue is paused. */
  isPaused(): Promise<boolean>;
  /** No worker takes jobs of this queue until it is resumed. False when there is no such queue. */
  pause(name: string): Promise<boolean>;
  resume(name: string): Promise<boolean>;
  findJob(job: { readonly orderId: string; readonly dispatch: number }): Promise<FoundJob | null>;
  /** Resolves when Redis answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface QueueStateOptions {
  readonly url: string;
  readonly shards: number;
  readonly logger: Logger;
  readonly timeoutMs?: number;
}

/** Starts a connection of its own, so that its answers do not wait behind jobs. */
export function startQueueState({
  url,
  shards,
  logger,
  timeoutMs = 1_000,
}: QueueStateOptions): QueueState {
  const connection = createProbeConnection({ url, logger });
  const queues = shardNumbers(shards).map((shard) => createQueue(shard, connection));
  const ask = createAsk(connection, timeoutMs);
  const byName = (name: string) => queues.find((queue) => queue.name === name);

  return {
    counts: () => ask(() => Promise.all(queues.map(countsOf))),
    isPaused: async () => {
      const paused = await ask(() => Promise.all(queues.map((queue) => queue.isPaused())));
      return paused.includes(true);
    },
    pause: async (name) => {
      const queue = byName(name);
      if (queue !== undefined) await ask(() => queue.pause());
      return queue !== undefined;
    },
    resume: async (name) => {
      const queue = byName(name);
      if (queue !== undefined) await ask(() => queue.resume());
      return queue !== undefined;
    },
    findJob: async ({ orderId, dispatch }) => {
      const queue = queues[shardOf(orderId, shards)];
      return queue === undefined
        ? null
        : ask(() => findIn(queue, connection, jobId(orderId, dispatch)));
    },
    ping: async () => {
      await ask(() => connection.client.ping());
    },
    close: async () => {
      connection.close();
      await Promise.allSettled(queues.map((queue) => queue.close()));
    },
  };
}

function createQueue(shard: number, { client }: QueueConnection): Queue {
  const queue = new Queue(queueName(shard), {
    connection: client,
    prefix: keyPrefix(shard),
    skipVersionCheck: true,
    skipMetasUpdate: true,
  });
  // Whoever asks is told by a rejection, and the connection reports its own state.
  queue.on('error', () => {});
  return queue;
}

async function countsOf(queue: Queue, shard: number): Promise<QueueCounts> {
  const [counts, paused, [oldest]] = await Promise.all([
    queue.getJobCounts('wait', 'active', 'delayed'),
    queue.isPaused(),
    queue.getJobs(['wait'], 0, 0, true),
  ]);
  return {
    name: queue.name,
    shard,
    waiting: counts.wait ?? 0,
    active: counts.active ?? 0,
    delayed: counts.delayed ?? 0,
    paused,
    oldestWaitingMs: oldest === undefined ? null : Math.max(0, Date.now() - oldest.timestamp),
  };
}

async function findIn(
  queue: Queue,
  { client }: QueueConnection,
  id: string,
): Promise<FoundJob | null> {
  const job: Job | undefined = await queue.getJob(id);
  if (job === undefined) return null;
  const [state, score] = await Promise.all([
    job.getState(),
    client.zscore(queue.toKey('delayed'), id),
  ]);
  return {
    jobId: id,
    queue: queue.name,
    state,
    enqueuedAt: job.timestamp,
    attemptsStarted: job.attemptsStarted,
    returns: job.attemptsMade,
    stalls: job.stalledCounter,
    // BullMQ orders delayed jobs by their due time in milliseconds times 4096, plus a counter.
    dueAt: score === null ? null : Math.floor(Number(score) / 4_096),
    lastReason: parseReturnReason(job.failedReason)?.reason ?? null,
    worker: job.processedBy ?? null,
  };
}
