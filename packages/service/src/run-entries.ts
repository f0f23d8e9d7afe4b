import type { Entry } from './waiting-line.ts';

/** What a batcher does with a batch. */
export interface BatchWork<In, Out> {
  readonly name: string;
  /**
   * One result per item, in the order of the items. A business refusal is a result, not an exception.
   * Where `isolate` is given, it may be called again with the same items, in other batches.
   */
  readonly runBatch: (items: In[]) => Promise<Out[]>;
  /**
   * Whether an error may be the fault of a single element (SQLSTATE classes 21, 22, 23): then the
   * batch is split and run again until the guilty one is alone. Other errors reject all.
   */
  readonly isolate?: (error: unknown) => boolean;
  /** After every run of `runBatch`, halves of a split batch included; must not throw. `waiting`: left behind it. */
  readonly onBatch?: (batch: {
    readonly size: number;
    readonly ms: number;
    readonly waiting: number;
  }) => void;
}

/**
 * Runs the work of every entry and has `tell` say what came of it; never throws. Halves run one after the
 * other, so order and limits hold.
 */
export async function runEntries<In, Out>(
  work: BatchWork<In, Out>,
  entries: Entry<In, Out>[],
  waiting: () => number,
  tell: (entries: readonly Entry<In, Out>[], results: readonly Out[]) => void,
): Promise<void> {
  const run = await runOnce(work, entries, waiting);
  if (run.kind === 'results') {
    tell(entries, run.results);
  } else if (run.mayBeOneElement && entries.length > 1) {
    const middle = entries.length >> 1;
    await runEntries(work, entries.slice(0, middle), waiting, tell);
    await runEntries(work, entries.slice(middle), waiting, tell);
  } else {
    for (const entry of entries) entry.reject(run.error);
  }
}

type Run<Out> =
  | { readonly kind: 'results'; readonly results: Out[] }
  | { readonly kind: 'failed'; readonly error: unknown; readonly mayBeOneElement: boolean };

async function runOnce<In, Out>(
  { name, runBatch, isolate, onBatch }: BatchWork<In, Out>,
  entries: Entry<In, Out>[],
  waiting: () => number,
): Promise<Run<Out>> {
  const startedAt = performance.now();
  try {
    const results = await runBatch(entries.map((entry) => entry.item));
    if (results.length === entries.length) return { kind: 'results', results };
    // The work is done and must not be repeated: whose result is missing cannot be known.
    const error = new Error(`${name}: ${results.length} results for ${entries.length} elements`);
    return { kind: 'failed', error, mayBeOneElement: false };
  } catch (error) {
    return { kind: 'failed', error, mayBeOneElement: isolate?.(error) === true };
  } finally {
    onBatch?.({ size: entries.length, ms: performance.now() - startedAt, waiting: waiting() });
  }
}
