import { randomUUID } from 'node:crypto';
import type { Database } from '../client.ts';
import { textArray } from '../sql-array.ts';

/** What Redis shows of itself: the run of its process, and the marker kept in it. */
export interface ObservedMarker {
  readonly runId: string;
  /** null when Redis has no marker. */
  readonly generation: number | null;
}

/** The copy of the marker in PostgreSQL. */
export interface StoredMarker {
  readonly runId: string;
  readonly generation: number;
  readonly state: 'restoring' | 'done';
}

/** The copy of one queue shard's marker, or null when there never was one. */
export async function readQueueMarker(
  database: Database,
  shard: number,
): Promise<StoredMarker | null> {
  const row = await database.prisma.queueMarker.findUnique({ where: { shard } });
  if (row === null) return null;
  return {
    runId: row.runId,
    generation: Number(row.generation),
    state: row.state === 'done' ? 'done' : 'restoring',
  };
}

/**
 * Whether Redis may have lost jobs since the copy was made: its marker is gone, or older than the
 * copy, or it is another process. Also while an earlier restoration has not been finished.
 */
export function hasLost(observed: ObservedMarker, stored: StoredMarker | null): boolean {
  return (
    stored === null ||
    stored.state === 'restoring' ||
    observed.generation === null ||
    observed.generation < stored.generation ||
    observed.runId !== stored.runId
  );
}

/**
 * Begins a restoration: from here until {@link finishRestoring} with the returned token succeeds,
 * every sweeper sees that Redis lost something. A later beginning replaces this one's token.
 */
export async function beginRestoring(
  database: Database,
  shard: number,
  runId: string,
): Promise<string> {
  const token = randomUUID();
  const state = { runId, state: 'restoring', token, updatedAt: new Date() };
  await database.prisma.queueMarker.upsert({
    where: { shard },
    create: { shard, generation: 0, ...state },
    update: state,
  });
  return token;
}

/** Ends a restoration by compare-and-set. False: another one began in between and goes on. */
export async function finishRestoring(
  database: Database,
  shard: number,
  token: string,
  generation: number,
): Promise<boolean> {
  const { count } = await database.prisma.queueMarker.updateMany({
    where: { shard, token, state: 'restoring' },
    data: { state: 'done', generation, updatedAt: new Date() },
  });
  return count === 1;
}

/** Follows the marker as it advances in Redis. Never lowers it, never ends a restoration. */
export async function followMarker(
  database: Database,
  shard: number,
  { runId, generation }: { readonly runId: string; readonly generation: number },
): Promise<void> {
  await database.prisma.queueMarker.updateMany({
    where: { shard, runId, state: 'done', generation: { lt: generation } },
    data: { generation, updatedAt: new Date() },
  });
}

/**
 * Makes every order with work left due at once, in slices that are locked in order of id, so that
 * no slice holds many locks or waits in a circle with a batch of a worker. Returns how many. What
 * is planned after the call has begun is dispatched by whoever planned it.
 */
export async function makeAllDue(database: Database): Promise<number> {
  const open = await database.prisma.$queryRaw<{ id: string }[]>`
    SELECT id FROM orders WHERE next_check_at IS NOT NULL`;
  const ids = open.map(({ id }) => id).sort();
  for (let from = 0; from < ids.length; from += SLICE) {
    await database.prisma.$executeRaw`
      UPDATE orders SET next_check_at = now()
       WHERE id IN (
             SELECT id FROM orders
              WHERE id = ANY(${textArray(ids.slice(from, from + SLICE))}::uuid[]) AND (next_check_at > now()) IS TRUE
              ORDER BY id
                FOR NO KEY UPDATE)`;
  }
  return ids.length;
}

const SLICE = 2_000;
