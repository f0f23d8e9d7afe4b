import { type Job, Queue } from 'bullmq';
import type { Logger } from 'pino';
import { createProbeConnection } from './connections.ts';
import { jobId, shardOf } from './job-identity.ts';
import { keyPrefix, queueName, shardNumbers } from './queue-names.ts';
import { parseReturnReason } from './returned-job.ts';
import { withDeadline } from './with-deadline.ts';

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
export function startQueueState({ url, shards, logger, timeoutMs = 1_000 }: QueueStateOptions): QueueState {
  const connection = createProbeConnection({ url, logger });
  const queues = shardNumbers(shards).map((shard) => createQueue(shard, connection.client));
  const ask = <T>(answer: Promise<T>): Promise<T> => withDeadline(answer, timeoutMs, 'Asking Redis');
  const byName = (name: string) => queues.find((queue) => queue.name === name);

  return {
    counts: () => ask(Promise.all(queues.map(countsOf))),
    isPaused: async () => (await ask(Promise.all(queues.map((queue) => queue.isPaused())))).some(Boolean),
    pause: async (name) => {
      const queue = byName(name);
      if (queue !== undefined) await ask(queue.pause());
      return queue !== undefined;
    },
    resume: async (name) => {
      const queue = byName(name);
      if (queue !== undefined) await ask(queue.resume());
      return queue !== undefined;
    },
    findJob: async ({ orderId, dispatch }) => {
      const queue = queues[shardOf(orderId, shards)];
      const found: Job | undefined = await ask(queue?.getJob(jobId(orderId, dispatch)) ?? Promise.resolve(undefined));
      if (queue === undefined || found === undefined) return null;
      const score = connection.client.zscore(queue.toKey('delayed'), jobId(orderId, dispatch));
      const [state, delayedScore] = await ask(Promise.all([found.getState(), score]));
      return describeJob(found, state, delayedScore);
    },
    ping: async () => {
      await ask(connection.client.ping());
    },
    close: async () => {
      connection.close();
      await Promise.allSettled(queues.map((queue) => queue.close()));
    },
  };
}

function createQueue(shard: number, connection: ReturnType<typeof createProbeConnection>['client']): Queue {
  const queue = new Queue(queueName(shard), { connection, prefix: keyPrefix(shard), skipVersionCheck: true, skipMetasUpdate: true });
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

/** @param delayedScore BullMQ orders delayed jobs by due time in milliseconds times 4096, plus a counter */
function describeJob(job: Job, state: string, delayedScore: string | null): FoundJob {
  return {
    jobId: job.id ?? '',
    queue: job.queueName,
    state,
    enqueuedAt: job.timestamp,
    attemptsStarted: job.attemptsStarted,
    returns: job.attemptsMade,
    stalls: job.stalledCounter,
    dueAt: delayedScore === null ? null : Math.floor(Number(delayedScore) / 4_096),
    lastReason: parseReturnReason(job.failedReason)?.reason ?? null,
    worker: job.processedBy ?? null,
  };
}
