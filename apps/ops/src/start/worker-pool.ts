import type { SupervisedProcess } from '@orders/local-services/start-process';
import type { RunningService } from './start-service.ts';

export interface WorkerPool {
  /** Those that are ready, in order of their numbers. */
  ready(): readonly RunningService[];
  /** Starts or stops workers until there are so many; rejects when one does not become ready. */
  scale(count: number): Promise<void>;
  /** Stops all of them at once. */
  close(options: { readonly graceMs: number }): Promise<void>;
}

/** Workers of a local stack, numbered from 1. Scaling down stops those with the highest numbers. */
export function createWorkerPool(
  launch: (name: string) => Promise<RunningService>,
  onChange: () => void,
): WorkerPool {
  const workers: RunningService[] = [];
  let ready = 0;

  async function grow(count: number): Promise<void> {
    const numbers = Array.from(
      { length: count - workers.length },
      (_, i) => workers.length + i + 1,
    );
    const added = await Promise.all(numbers.map((number) => launch(`worker-${number}`)));
    workers.push(...added);
    await Promise.all(added.map(({ process }) => process.ready));
  }

  return {
    ready: () => workers.slice(0, ready),
    async scale(count) {
      const surplus = workers.splice(count);
      // Whoever reads the stack must not find a worker that is being stopped.
      ready = Math.min(ready, workers.length);
      if (surplus.length > 0) onChange();
      await closeAll(surplus);
      if (workers.length < count) await grow(count);
      ready = workers.length;
      onChange();
    },
    async close({ graceMs }) {
      ready = 0;
      await closeAll(workers.splice(0), graceMs);
    },
  };
}

/** A worker finishes what it has begun, so scaling down may take its time. */
const DRAIN_GRACE_MS = 28_000;

async function closeAll(
  services: readonly { readonly process: SupervisedProcess }[],
  graceMs = DRAIN_GRACE_MS,
): Promise<void> {
  await Promise.all(services.map(({ process }) => process.close({ graceMs })));
}
