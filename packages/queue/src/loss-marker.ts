import type { Logger } from 'pino';
import { createAsk } from './ask-redis.ts';
import { createProbeConnection } from './connections.ts';
import { keyPrefix } from './queue-names.ts';

/** What Redis shows of a shard's marker. */
export interface MarkerObservation {
  /** Names this life of the Redis process: another one may have come back with less than it had. */
  readonly runId: string;
  /** Null when there is no marker. */
  readonly generation: number | null;
}

/**
 * The half in Redis of how a loss of its data is noticed: a number beside the jobs of each shard,
 * which is gone or lower when the jobs are. The other half is its copy in PostgreSQL. All calls
 * throw within the time-out when Redis does not answer; then nothing is known.
 */
export interface LossMarker {
  /** Run id and marker of one moment, read by one script on the node that holds the shard. */
  observe(shard: number): Promise<MarkerObservation>;
  set(shard: number, generation: number): Promise<void>;
  /** Raises the marker by one, from 0 when there is none, and returns it. */
  advance(shard: number): Promise<number>;
  close(): void;
}

export interface LossMarkerOptions {
  readonly url: string;
  readonly logger: Logger;
  readonly timeoutMs?: number;
}

const OBSERVE = `return { redis.call('INFO', 'server'), redis.call('GET', KEYS[1]) }`;

export function startLossMarker({ url, logger, timeoutMs = 1_000 }: LossMarkerOptions): LossMarker {
  const connection = createProbeConnection({ url, logger });
  const { client } = connection;
  const ask = createAsk(connection, timeoutMs);
  return {
    observe: async (shard) =>
      parseObservation(await ask(() => client.eval(OBSERVE, 1, markerKey(shard)))),
    set: async (shard, generation) => {
      await ask(() => client.set(markerKey(shard), generation));
    },
    advance: (shard) => ask(() => client.incr(markerKey(shard))),
    close: () => {
      connection.close();
    },
  };
}

/**
 * Whether Redis lost something since `known` was written down in PostgreSQL: the marker is missing,
 * lower than the copy, or belongs to another run of Redis. Then every open order becomes due.
 */
export function hasLost(
  observed: MarkerObservation,
  known: { readonly runId: string; readonly generation: number },
): boolean {
  return (
    observed.generation === null ||
    observed.generation < known.generation ||
    observed.runId !== known.runId
  );
}

/** With the shard's hash tag, so that a cluster keeps it on the node that keeps the jobs. */
function markerKey(shard: number): string {
  return `${keyPrefix(shard)}:loss-marker`;
}

function parseObservation(reply: unknown): MarkerObservation {
  const [info, marker] = Array.isArray(reply)
    ? reply.map((part: unknown) => (typeof part === 'string' ? part : null))
    : [];
  const runId = /^run_id:(\w+)/m.exec(info ?? '')?.[1];
  if (runId === undefined) throw new Error('Redis did not tell its run id');
  const generation = marker === null || marker === undefined ? null : Number(marker);
  // Whatever else stands there was not written by us: as good as no marker.
  return { runId, generation: Number.isSafeInteger(generation) ? generation : null };
}
