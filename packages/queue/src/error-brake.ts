import type { Worker } from 'bullmq';

const MAX_ERRORS_PER_SECOND = 20;
const PAUSE_MS = 1_000;

/**
 * Pauses a worker for a second when its errors come in a storm. A Redis that answers every command
 * with an error (out of memory, disk full, read-only) would else be asked for the next job without
 * a break, 14,000 times a second here, since BullMQ waits only when the connection is gone.
 *
 * @param isClosing a worker that is closing stays paused
 * @returns to be called with each error of the worker
 */
export function createErrorBrake(
  worker: Pick<Worker, 'pause' | 'resume'>,
  isClosing: () => boolean,
): () => void {
  let second = 0;
  let errors = 0;
  let braking = false;

  return () => {
    const now = Math.floor(Date.now() / 1_000);
    errors = now === second ? errors + 1 : 1;
    second = now;
    if (errors <= MAX_ERRORS_PER_SECOND || braking || isClosing()) return;
    braking = true;
    void worker.pause(true);
    setTimeout(() => {
      braking = false;
      if (!isClosing()) void worker.resume();
    }, PAUSE_MS).unref();
  };
}
