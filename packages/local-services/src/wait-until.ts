import { setTimeout as delay } from 'node:timers/promises';

type Absent = false | null | undefined;

export type WaitOptions = {
  /** What is awaited, as it reads after "waited 5000 ms for": "the first order to complete". */
  what: string;
  timeoutMs: number;
  /** Pause between two looks, 25 ms by default. */
  intervalMs?: number;
};

/**
 * Looks again and again until `condition` gives something other than false, null or undefined, and
 * returns that. A condition that throws counts as not met yet. At the deadline, also when a single
 * look hangs beyond it, rejects with an Error naming `what`; the last thrown error is its cause.
 */
export async function waitUntil<T>(
  condition: () => T | Absent | Promise<T | Absent>,
  { what, timeoutMs, intervalMs = 25 }: WaitOptions,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  const timer = new AbortController();
  const late = delay(timeoutMs, null, { signal: timer.signal }).catch(() => null);
  let cause: unknown;
  try {
    for (;;) {
      const seen = await Promise.race([
        look(condition, (error) => {
          cause = error;
        }),
        late,
      ]);
      if (seen !== false && seen !== null && seen !== undefined) return seen;
      if (Date.now() >= deadline) break;
      await delay(intervalMs);
    }
  } finally {
    timer.abort();
  }
  const because = cause instanceof Error ? `: ${cause.message}` : '';
  throw new Error(`waited ${timeoutMs} ms for ${what}${because}`, { cause });
}

async function look<T>(
  condition: () => T | Absent | Promise<T | Absent>,
  onError: (error: unknown) => void,
): Promise<T | Absent> {
  try {
    return await condition();
  } catch (error) {
    onError(error);
    return null;
  }
}
