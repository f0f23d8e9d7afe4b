import { Semaphore } from 'async-mutex';

/** Runs an order whose worker died, when there is room for it. */
export interface Quarantine {
  /** @param starts how many runs of the order died since it last moved on, before this one */
  run<T>(starts: number, task: () => Promise<T>): Promise<T>;
}

const PLACES = 32;
/** What a run takes of the places, by the deaths before: so 32 at once, then 8, then alone. */
const WEIGHTS = [1, 4] as const;

/**
 * Keeps orders whose worker died away from each other, first come first served: one of them may
 * have killed it. Most were merely there, so many run at once at first; one that dies again has
 * less company, and from the third start on none. So whoever stood beside one that kills has had
 * two of its five starts at most when it runs alone.
 */
export function createQuarantine(): Quarantine {
  const places = new Semaphore(PLACES);
  return {
    run: (starts, task) => places.runExclusive(task, WEIGHTS[starts] ?? PLACES),
  };
}
