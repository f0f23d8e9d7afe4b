/** How a key stands within the last window. */
export interface Usage {
  readonly allowed: boolean;
  readonly remaining: number;
  /** Until the present window ends. */
  readonly resetMs: number;
  /** Until one more would be allowed; 0 when it is. */
  readonly retryAfterMs: number;
}

/** A key's count to be shared, and what to tell of the sum. */
export interface OpenCount {
  readonly key: string;
  readonly window: number;
  readonly add: number;
  /** @param sum over all processes, this one's `add` included */
  settle(sum: number): void;
}

export interface WindowCounts {
  /** How a key stands, without counting. */
  look(key: string, nowMs: number): Usage;
  /** Counts one, whatever the limit says. */
  count(key: string, nowMs: number): void;
  /** Keys of which so many were counted here that other processes should know. */
  openCounts(nowMs: number): OpenCount[];
}

export interface WindowCountsOptions {
  readonly max: number;
  readonly windowMs: number;
  /** More keys than this push the oldest out: memory is bounded, whoever asks. */
  readonly maxKeys: number;
}

interface Entry {
  window: number;
  /** Counted in this process, in the present window. */
  own: number;
  /** Of these, told to the others. */
  shared: number;
  /** Counted by other processes, as far as they told. */
  others: number;
  /** Counted by all in the window before. */
  previous: number;
}

/** Below this part of the limit a key is nobody else's business: as many processes stay within it. */
const QUIET_SHARE = 1 / 16;

/**
 * Counts per key in a window that slides: of the last fixed window that part counts which is not
 * over yet. Without timers and without waiting for anybody; what other processes count comes in
 * through {@link WindowCounts.openCounts}.
 */
export function createWindowCounts(options: WindowCountsOptions): WindowCounts {
  const { max, windowMs, maxKeys } = options;
  const entries = new Map<string, Entry>();

  function find(key: string, window: number): Entry | undefined {
    const entry = entries.get(key);
    if (entry !== undefined && entry.window !== window) roll(entry, window);
    return entry;
  }

  function make(key: string, window: number): Entry {
    if (entries.size >= maxKeys) dropOldest(entries);
    const entry = { window, own: 0, shared: 0, others: 0, previous: 0 };
    entries.set(key, entry);
    return entry;
  }

  return {
    look: (key, nowMs) => {
      const window = Math.floor(nowMs / windowMs);
      const elapsed = nowMs / windowMs - window;
      const entry = find(key, window);
      const { own, others, previous } = entry ?? { own: 0, others: 0, previous: 0 };
      const current = own + others;
      const used = current + Math.floor(previous * (1 - elapsed));
      const allowed = used < max;
      return {
        allowed,
        remaining: Math.max(0, max - used),
        resetMs: (1 - elapsed) * windowMs,
        // At the very border of what is too much it is the next moment.
        retryAfterMs: allowed
          ? 0
          : Math.max(1, waitFor({ current, previous, elapsed, max }) * windowMs),
      };
    },
    count: (key, nowMs) => {
      const window = Math.floor(nowMs / windowMs);
      (find(key, window) ?? make(key, window)).own += 1;
    },
    openCounts: (nowMs) => {
      const window = Math.floor(nowMs / windowMs);
      const open: OpenCount[] = [];
      for (const [key, entry] of entries) {
        if (entry.window < window - 1) entries.delete(key);
        else if (entry.window === window && entry.own > max * QUIET_SHARE) {
          open.push(toOpenCount(key, entry));
        }
      }
      return open;
    },
  };
}

function roll(entry: Entry, window: number): void {
  entry.previous = entry.window === window - 1 ? entry.own + entry.others : 0;
  entry.window = window;
  entry.own = 0;
  entry.shared = 0;
  entry.others = 0;
}

function toOpenCount(key: string, entry: Entry): OpenCount {
  const { window, own, shared } = entry;
  return {
    key,
    window,
    add: own - shared,
    settle: (sum) => {
      if (entry.window !== window) return;
      entry.shared = own;
      entry.others = Math.max(0, sum - own);
    },
  };
}

/** In windows: until what is left of the window before, or of this one when it is over, is enough. */
function waitFor(count: {
  readonly current: number;
  readonly previous: number;
  readonly elapsed: number;
  readonly max: number;
}): number {
  const { current, previous, elapsed, max } = count;
  const left = 1 - elapsed;
  // `floor(previous * share) + current < max` holds from the share that this gives.
  if (current < max && previous > 0) return Math.max(0, left - (max - current) / previous);
  return left + Math.max(0, 1 - max / Math.max(current, 1));
}

function dropOldest(entries: Map<string, Entry>): void {
  for (const oldest of entries.keys()) {
    entries.delete(oldest);
    return;
  }
}
