import type { Entry } from './waiting-line.ts';

/** How many are told in one turn of the event loop, or a sixteenth of those who are to be told. */
const PER_TURN = 32;
/** When clients have come since somebody was told; or a sixty-fourth. */
const PER_SHORT_TURN = 4;

interface Told<In, Out> {
  readonly entries: readonly Entry<In, Out>[];
  readonly results: readonly Out[];
  /** How many have been told. */
  next: number;
}

export interface Teller<In, Out> {
  /** Each entry gets the result at its place. */
  tell(entries: readonly Entry<In, Out>[], results: readonly Out[]): void;
  /** How many are to be told yet. */
  readonly length: number;
}

/**
 * Tells callers what came of their elements, first come, first served, some in each turn of the event
 * loop. Who is told goes on at once, so that a large batch told in one turn would keep the loop from
 * everything else for as long as all its callers take. While new clients come turns are shorter still:
 * libuv takes one connection in each (since 1.45), so that of a thousand the last one waited for seconds.
 *
 * @param onAllTold called whenever nobody is left
 * @param arrivals how many clients have come so far
 */
export function createTeller<In, Out>(
  onAllTold: () => void,
  arrivals: () => number = () => 0,
): Teller<In, Out> {
  const queue: Told<In, Out>[] = [];
  let length = 0;
  let arrived = 0;
  let scheduled = false;

  function tellSome(): void {
    scheduled = false;
    const before = arrived;
    arrived = arrivals();
    const most =
      arrived > before
        ? Math.max(PER_SHORT_TURN, Math.ceil(length / 64))
        : Math.max(PER_TURN, Math.ceil(length / 16));
    for (let left = most; left > 0 && length > 0;) left -= tellUpTo(left);
    if (length === 0) onAllTold();
    else schedule();
  }

  /** Of the first batch; how many. */
  function tellUpTo(most: number): number {
    const [told] = queue;
    if (told === undefined) return 0;
    const results = told.results.slice(told.next, told.next + most);
    for (const [offset, result] of results.entries())
      told.entries[told.next + offset]?.resolve(result);
    told.next += results.length;
    length -= results.length;
    if (told.next >= told.entries.length) queue.shift();
    return results.length;
  }

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(tellSome);
  }

  return {
    tell: (entries, results) => {
      queue.push({ entries, results, next: 0 });
      length += entries.length;
      if (scheduled) return;
      tellSome();
    },
    get length() {
      return length;
    },
  };
}
