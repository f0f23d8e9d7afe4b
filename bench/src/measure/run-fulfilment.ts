import { waitUntil } from '@orders/local-services/wait-until';
import type pg from 'pg';
import type { Bench } from '../bench.ts';
import type { Contender } from '../contenders/contender.ts';
import { onDatabase } from '../stage/on-database.ts';
import type { Site } from '../stage/open-site.ts';
import { seedPending } from '../stage/seed-pending.ts';
import { type Cpu, perOrder, startCpuMeter } from './cpu-meter.ts';
import { readMemory } from './read-memory.ts';
import { STALLED_AFTER_MS, watchProgress } from './watch-progress.ts';

export interface FulfilmentOptions {
  readonly orders: number;
  readonly workers?: number;
  /** Over how many SKUs the first item of the orders is spread. */
  readonly firstSkus?: number;
}

export interface FulfilmentRun {
  /** Over the last three quarters of the orders: the first ones compile the code. */
  readonly completedPerSecond: number;
  /** From the first order picked up to the last one completed. */
  readonly seconds: number;
  readonly completed: number;
  /** Microseconds per completed order, over the same three quarters. */
  readonly cpu: Cpu;
  /** Resident memory of the workers over time; of several, the largest. */
  readonly memory: readonly { readonly atMs: number; readonly mb: number }[];
  readonly workerPeakMb: number;
}

const LOOK_EVERY_MS = 100;

/**
 * Puts pending orders into the table and their jobs into the queue, then starts the workers and waits
 * until every order is completed.
 */
export async function runFulfilment(
  { stage }: Bench,
  site: Site,
  contender: Contender,
  { orders, workers = 1, firstSkus }: FulfilmentOptions,
): Promise<FulfilmentRun> {
  await contender.prepare(site);
  const ids = await seedPending(site.databaseUrl, {
    count: orders,
    ...(firstSkus && { firstSkus }),
  });
  await contender.enqueue(site, ids);
  return onDatabase(site.databaseUrl, async (client) => {
    await client.query('CHECKPOINT');
    const started = await Promise.all(
      Array.from({ length: workers }, async () => site.start(await contender.worker(site))),
    );
    const pids = started.map(({ pid }) => pid);
    const memory = watchMemory(pids);
    try {
      const progress = watchProgress(client, ids, contender.title);
      await progress.untilDone(0.25);
      const meter = await startCpuMeter([
        ...pids.map((pid) => ['worker', pid] as const),
        ['postgres', stage.postgresPid],
        ['redis', stage.redisPid],
      ]);
      const completedBefore = await countCompleted(client, ids);
      await progress.untilDone(1);
      await waitUntil(async () => (await countCompleted(client, ids)) === orders, {
        what: `${contender.title} to complete the last of ${orders} orders`,
        timeoutMs: STALLED_AFTER_MS,
        intervalMs: LOOK_EVERY_MS,
      });
      const cpu = perOrder(await meter(), orders - completedBefore);
      const peaks = await Promise.all(pids.map((pid) => readMemory(pid)));
      const workerPeakMb = Math.max(...peaks.map(({ peakMb }) => peakMb));
      return { ...(await readPace(client, ids)), cpu, memory: memory.samples, workerPeakMb };
    } finally {
      memory.stop();
      await Promise.all(started.map((worker) => worker.close()));
    }
  });
}

async function countCompleted(client: pg.Client, ids: readonly string[]): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM orders WHERE id = ANY($1::uuid[]) AND status = 'completed'`,
    [ids],
  );
  return rows[0]?.count ?? 0;
}

interface Pace {
  readonly completedPerSecond: number;
  readonly seconds: number;
  readonly completed: number;
}

/** By PostgreSQL's clock, which all contenders are timed with. */
async function readPace(client: pg.Client, ids: readonly string[]): Promise<Pace> {
  const { rows } = await client.query<{
    completed: number;
    seconds: number;
    completedLater: number;
    laterSeconds: number;
  }>({
    text: `
      WITH run AS (
        SELECT count(*) AS completed, min(processing_started_at) AS begun, max(completed_at) AS ended,
               percentile_disc(0.25) WITHIN GROUP (ORDER BY completed_at) AS warm
          FROM orders WHERE id = ANY($1::uuid[]))
      SELECT completed::int, extract(epoch FROM ended - begun)::float8 AS seconds,
             (SELECT count(*) FROM orders
               WHERE id = ANY($1::uuid[]) AND completed_at > warm)::int AS "completedLater",
             extract(epoch FROM ended - warm)::float8 AS "laterSeconds"
        FROM run`,
    values: [ids],
  });
  const [row] = rows;
  if (row === undefined) throw new Error('an aggregate without a row');
  const { completed, seconds, completedLater, laterSeconds } = row;
  // A few orders may all end in one batch: then there is no later part.
  const completedPerSecond =
    completedLater > 0 ? completedLater / laterSeconds : completed / Math.max(seconds, 0.001);
  return { completed, seconds, completedPerSecond };
}

function watchMemory(pids: readonly number[]) {
  const samples: { atMs: number; mb: number }[] = [];
  const beganAt = performance.now();
  const look = async (): Promise<void> => {
    const memory = await Promise.all(pids.map((pid) => readMemory(pid)));
    const mb = Math.max(...memory.map(({ nowMb }) => nowMb));
    if (mb > 0) samples.push({ atMs: performance.now() - beganAt, mb });
  };
  // A short run may be over before the first tick.
  void look();
  const timer = setInterval(() => void look(), 250);
  return { samples, stop: () => clearInterval(timer) };
}
