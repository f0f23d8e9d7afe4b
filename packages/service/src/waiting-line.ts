/** One element on its way through a batcher. */
export interface Entry<In, Out> {
  readonly item: In;
  readonly resolve: (out: Out) => void;
  readonly reject: (error: unknown) => void;
  /** Taken out by its caller before its turn. */
  left: boolean;
  /** Forgets the caller's signal; called once the entry's turn has come. */
  forgetSignal?: () => void;
}

export interface WaitingLine<In, Out> {
  push(entry: Entry<In, Out>): void;
  leave(entry: Entry<In, Out>): void;
  /** Up to `max` entries in the order in which they came, no heavier than may be. */
  take(max: number): Entry<In, Out>[];
  readonly length: number;
}

/**
 * First in, first out, at a constant cost per element: taking moves a pointer, and the array is cut
 * only when most of it lies behind the pointer. Who left is skipped when its turn comes.
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
  let left = 0;

  function compact(): void {
    if (head > 1_024 && head * 2 > entries.length) {
      entries = entries.slice(head);
      head = 0;
    }
    if (left > 1_024 && left * 2 > entries.length - head) {
      entries = entries.slice(head).filter((entry) => !entry.left);
      head = 0;
      left = 0;
    }
  }

  return {
    push: (entry) => {
      entries.push(entry);
    },
    leave: (entry) => {
      entry.left = true;
      left += 1;
      compact();
    },
    take: (max) => {
      const taken: Entry<In, Out>[] = [];
      let weight = 0;
      while (taken.length < max) {
        const entry = entries[head];
        if (entry === undefined) break;
        if (!entry.left) {
          weight += weigh(entry.item);
          if (weight > maxBatchWeight && taken.length > 0) break;
          taken.push(entry);
        } else left -= 1;
        head += 1;
      }
      compact();
      return taken;
    },
    get length() {
      return entries.length - head - left;
    },
  };
}
