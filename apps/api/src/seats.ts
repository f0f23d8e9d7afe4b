/** A request that is kept open for longer than its work takes. */
export interface Seat {
  /** Aborted when whoever sits here has to go. */
  readonly signal: AbortSignal;
  /** Has it go: its client is gone, or its time is up. */
  end(): void;
  /** To be called when it has gone, whatever the reason. */
  leave(): void;
}

export interface Seats {
  /** `taken`: all of them are; `greedy`: the one who asks has as many as anybody may have. */
  take(holder: string): Seat | 'taken' | 'greedy';
  /** How many are taken now. */
  count(): number;
  /** From now on none is free, and all who sit have to go. */
  close(): void;
}

/** Bounds how many requests are kept open at the same time, in all and for each who asks. */
export function createSeats(max: number, maxEach = max): Seats {
  const seated = new Set<AbortController>();
  const holders = new Map<string, number>();
  let closed = false;

  return {
    take: (holder) => {
      if (closed || seated.size >= max) return 'taken';
      const count = holders.get(holder) ?? 0;
      if (count >= maxEach) return 'greedy';
      const controller = new AbortController();
      seated.add(controller);
      holders.set(holder, count + 1);
      return {
        signal: controller.signal,
        end: () => controller.abort(),
        leave: () => {
          if (!seated.delete(controller)) return;
          const left = (holders.get(holder) ?? 1) - 1;
          if (left === 0) holders.delete(holder);
          else holders.set(holder, left);
        },
      };
    },
    count: () => seated.size,
    close: () => {
      closed = true;
      for (const controller of seated) controller.abort();
    },
  };
}
