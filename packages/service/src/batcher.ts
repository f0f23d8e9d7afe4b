import { OverloadError } from './overload-error.ts';
import { type Batch, createPatience, type PatienceOptions } from './patience.ts';
import { type BatchWork, runEntries } from './run-entries.ts';
import { createTeller } from './tell-in-turns.ts';
import { createWaitingLine, type Entry } from './waiting-line.ts';

/** How long a small batch waits at most beside a larger one, in milliseconds. */
const LINGER_MS = 10;

export interface BatcherOptions<In, Out> extends BatchWork<In, Out> {
  readonly maxBatchSize: number;
  readonly maxInFlight: number;
  /** How many may wait; beyond, `submit` is refused with an `OverloadError`. */
  readonly maxQueue: number;
  /**
   * Bounds what a batch weighs by {@link weigh}, for elements that are not alike; one that is heavier
   * goes alone.
   */
  readonly maxBatchWeight?: number;
  readonly weigh?: (item: In) => number;
  /** How many clients have come so far: while more come, few are told in one turn of the event loop. */
  readonly arrivals?: () => number;
  /** Without it, callers wait for as long as it takes. */
  readonly patience?: PatienceOptions;
}

export interface Batcher<In, Out> {
  /**
   * Resolves with this element's own result.
   *
   * @throws OverloadError when too many wait; Error after `close`; what `onLate` makes after the deadline:
   *   its batch then never begins, or takes its course; else what `runBatch` threw
   */
  submit(item: In): Promise<Out>;
  /** How many elements wait or are under way. */
  pending(): number;
  /** Takes nothing new and resolves when all that was taken is done. */
  close(): Promise<void>;
  /** `oldestMs`: how long the oldest of the batches under way has been so; 0 when there is none. */
  stats(): { readonly waiting: number; readonly inFlight: number; readonly oldestMs: number };
}

/**
 * Turns many callers with one element each into few calls with many. Adaptive, without a timer: an
 * idle batcher starts at the end of the current turn of the event loop, with all that arrived in
 * it (`setImmediate` runs after the sockets of the turn were read, a microtask after each of them);
 * while `maxInFlight` batches are under way, arrivals gather for the next. First come, first served.
 *
 * Beside a batch that is under way a much smaller one is not worth its round trips: it gathers until
 * it has half the size of that one, until that one ends, or for {@link LINGER_MS}.
 */
export function createBatcher<In, Out>(options: BatcherOptions<In, Out>): Batcher<In, Out> {
  const { name, maxBatchSize, maxInFlight, maxQueue } = options;
  const line = createWaitingLine<In, Out>(options);
  /** The batches under way, oldest first. */
  const inFlight = new Set<Batch<In, Out> & { readonly startedAt: number }>();
  const patience =
    options.patience === undefined ? null : createPatience(options.patience, inFlight, line);
  const teller = createTeller<In, Out>(notifyWhenDrained, options.arrivals);
  let scheduled = false;
  let lingering: NodeJS.Timeout | null = null;
  let closed = false;
  let onDrained: (() => void)[] = [];
  let msPerElement = 0;

  function schedule(): void {
    if (scheduled || inFlight.size >= maxInFlight || line.length === 0) return;
    if (isWorthStarting()) {
      scheduled = true;
      setImmediate(startBatches);
    } else {
      lingering ??= setTimeout(startOne, LINGER_MS);
    }
  }

  function isWorthStarting(): boolean {
    let newest = 0;
    for (const { entries } of inFlight) newest = entries.length;
    return line.length >= Math.min(newest / 2, maxBatchSize);
  }

  function startBatches(): void {
    scheduled = false;
    while (inFlight.size < maxInFlight && line.length > 0 && isWorthStarting()) startOne();
    schedule();
    notifyWhenDrained();
  }

  function startOne(): void {
    if (lingering !== null) clearTimeout(lingering);
    lingering = null;
    if (inFlight.size < maxInFlight && line.length > 0) void runOne(line.take(maxBatchSize));
  }

  async function runOne(entries: Entry<In, Out>[]): Promise<void> {
    const startedAt = performance.now();
    const batch = { startedAt, entries, late: 0 };
    inFlight.add(batch);
    await runEntries(options, entries, () => line.length, teller.tell);
    msPerElement = 0.8 * msPerElement + (0.2 * (performance.now() - startedAt)) / entries.length;
    inFlight.delete(batch);
    // A full batch has nothing to gain from waiting for the rest of the turn.
    if (line.length >= maxBatchSize) startBatches();
    else schedule();
    notifyWhenDrained();
  }

  function isDrained(): boolean {
    return line.length === 0 && inFlight.size === 0 && teller.length === 0;
  }

  function notifyWhenDrained(): void {
    if (!isDrained()) return;
    patience?.rest();
    for (const notify of onDrained) notify();
    onDrained = [];
  }

  function admit(): Error | undefined {
    if (closed) return new Error(`${name} is closed`);
    if (line.length < maxQueue) return undefined;
    const seconds = Math.ceil((line.length * msPerElement) / maxInFlight / 1_000);
    return new OverloadError(name, Math.min(Math.max(seconds, 1), 30));
  }

  return {
    submit: (item) => {
      const refusal = admit();
      if (refusal !== undefined) return Promise.reject(refusal);
      return new Promise<Out>((resolve, reject) => {
        line.push({ item, resolve, reject, since: performance.now() });
        patience?.watch();
        schedule();
      });
    },
    pending: () => {
      let count = line.length;
      for (const { entries } of inFlight) count += entries.length;
      return count;
    },
    close: () => {
      closed = true;
      if (isDrained()) return Promise.resolve();
      return new Promise((resolve) => {
        onDrained.push(resolve);
      });
    },
    stats: () => {
      const [oldest] = inFlight;
      const oldestMs = oldest === undefined ? 0 : performance.now() - oldest.startedAt;
      return { waiting: line.length, inFlight: inFlight.size, oldestMs };
    },
  };
}
