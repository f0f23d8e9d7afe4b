/** One element on its way through a batcher. */
export interface Entry<In, Out> {
  readonly item: In;
  readonly resolve: (out: Out) => void;
  readonly reject: (error: unknown) => void;
  /** When it came, by `performance.now()`. */
  readonly since: number;
}

export interface WaitingLine<In, Out> {
  push(entry: Entry<In, Out>): void;
  /** Up to `max` entries in the order in which they came, no heavier than may be. */
  take(max: number): Entry<In, Out>[];
  /** The one that has waited longest. */
  first(): Entry<In, Out> | undefined;
  readonly length: number;
}

/**
 * First in, first out, at a constant cost per element: taking moves a pointer, and the array is cut
 * only when most of it lies behind the pointer.
 */
export function createWaitingLine<In, Out>({
  weigh = () => 0,
  maxBatchWeight = Number.POSITIVE_INFINITY,
}: {
  readonly weigh?: (item: In) => number;
  readonly maxBatchWeight?: number;
} = {}): WaitingLine<In, Out> {
  let entries: Entry<In, Out>[] = [];
  let head = 0;

  function compact(): void {
    if (head <= 1_024 || head * 2 <= entries.length) return;
    entries = entries.slice(head);
    head = 0;
  }

  return {
    push: (entry) => {
      entries.push(entry);
    },
    take: (max) => {
      const taken: Entry<In, Out>[] = [];
      let weight = 0;
      while (taken.length < max) {
        const entry = entries[head];
        if (entry === undefined) break;
        weight += weigh(entry.item);
        if (weight > maxBatchWeight && taken.length > 0) break;
        taken.push(entry);
        head += 1;
      }
      compact();
      return taken;
    },
    first: () => entries[head],
    get length() {
      return entries.length - head;
    },
  };
}
