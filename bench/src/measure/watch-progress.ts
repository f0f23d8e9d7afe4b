import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';

const LOOK_EVERY_MS = 100;
/** Long enough for a job that is tried again, short enough not to wait for one that never ends. */
export const STALLED_AFTER_MS = 30_000;
const SAMPLES = 100;

export interface Progress {
  /** Resolves when this share of the orders is completed, as far as the sampled ones tell. */
  untilDone(share: number): Promise<void>;
}

/**
 * Follows orders by a few of them, evenly spread and read by their keys: that costs nothing beside
 * what is measured. Rejects when none of them was completed for a while.
 */
export function watchProgress(client: pg.Client, ids: readonly string[], who: string): Progress {
  const step = Math.max(1, Math.floor(ids.length / SAMPLES));
  const sample = ids.filter((_, index) => (ids.length - 1 - index) % step === 0);
  let done = 0;
  let movedAt = performance.now();
  return {
    untilDone: async (share) => {
      for (;;) {
        const seen = await countDone(client, sample);
        if (seen > done) movedAt = performance.now();
        done = seen;
        if (done >= share * sample.length) return;
        if (performance.now() - movedAt > STALLED_AFTER_MS) {
          throw new Error(
            `${who} completed ${done} of ${sample.length} sampled orders, and none for ${STALLED_AFTER_MS / 1_000} s`,
          );
        }
        await delay(LOOK_EVERY_MS);
      }
    },
  };
}

async function countDone(client: pg.Client, ids: readonly string[]): Promise<number> {
  const { rows } = await client.query<{ count: number }>({
    name: 'count-done',
    text: `SELECT count(*)::int AS count FROM orders WHERE id = ANY($1::uuid[]) AND status = 'completed'`,
    values: [ids],
  });
  return rows[0]?.count ?? 0;
}
