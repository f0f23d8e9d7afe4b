import type { Entry, WaitingLine } from './waiting-line.ts';

export interface PatienceOptions {
  /** How long the caller of an element waits at most, in milliseconds. */
  readonly deadlineMs: number;
  /** What he is told then. */
  readonly onLate: () => Error;
}

/** A batch under way. */
export interface Batch<In, Out> {
  readonly entries: readonly Entry<In, Out>[];
  /** How many of its callers have stopped waiting: the first ones. */
  late: number;
}

export interface Patience {
  /** To be called whenever something waits. */
  watch(): void;
  /** To be called when nothing does. */
  rest(): void;
}

/**
 * Rejects those who have waited too long, with one timer for all of them: the first to come is the first
 * to be late. Who is late while he waits is taken out of the line; a batch takes its course without him.
 *
 * @param underWay oldest first
 */
export function createPatience<In, Out>(
  { deadlineMs, onLate }: PatienceOptions,
  underWay: Iterable<Batch<In, Out>>,
  line: WaitingLine<In, Out>,
): Patience {
  let timer: NodeJS.Timeout | null = null;

  function giveUp(): void {
    timer = null;
    const lateSince = performance.now() - deadlineMs;
    const isLate = (entry: Entry<In, Out> | undefined) =>
      entry !== undefined && entry.since <= lateSince;
    for (const batch of underWay) {
      for (; isLate(batch.entries[batch.late]); batch.late += 1)
        batch.entries[batch.late]?.reject(onLate());
    }
    while (isLate(line.first())) for (const { reject } of line.take(1)) reject(onLate());
    watch();
  }

  function first(): Entry<In, Out> | undefined {
    for (const { entries, late } of underWay) if (entries[late] !== undefined) return entries[late];
    return line.first();
  }

  function watch(): void {
    if (timer !== null) return;
    const entry = first();
    if (entry === undefined) return;
    timer = setTimeout(giveUp, Math.ceil(entry.since + deadlineMs - performance.now()));
  }

  return {
    watch,
    rest: () => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}
