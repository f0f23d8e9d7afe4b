const MAX_REASON = 500;
const MAX_DELAY_MS = 7 * 86_400_000;

/**
 * Thrown into BullMQ to have a job delayed.
 *
 * The delay travels on the error and the custom backoff of the worker reads it there, instead of the
 * handler moving the job itself: so one script, atomically, releases the lock, delays the job, keeps
 * its reason and fetches the next one, and BullMQ repeats that script until Redis has answered. A
 * crash before it leaves the job active and it comes back as stalled; a crash after it changes nothing.
 *
 * The message, which BullMQ stores in the same script, also keeps how often the job had stalled until
 * now. BullMQ's counter is never reset: only the difference tells whether the next delivery follows a
 * stall or this return.
 */
export class ReturnedJob extends Error {
  override readonly name = 'ReturnedJob';
  readonly delayMs: number;

  constructor({ delayMs, stalls, reason }: { delayMs: number; stalls: number; reason: string }) {
    super(`stalls=${stalls} ${reason.slice(0, MAX_REASON)}`);
    // Says nothing here, and BullMQ would keep it.
    this.stack = '';
    this.delayMs = Number.isFinite(delayMs)
      ? Math.min(Math.max(Math.round(delayMs), 0), MAX_DELAY_MS)
      : 0;
  }
}

export interface ReturnReason {
  /** How often the job had stalled when it was returned. */
  readonly stalls: number;
  readonly reason: string;
}

/** Reads back what `ReturnedJob` left; what BullMQ itself wrote counts as no stalls known. */
export function parseReturnReason(failedReason: string | undefined): ReturnReason | undefined {
  if (failedReason === undefined || failedReason === '') return undefined;
  const [, stalls, reason] = /^stalls=(\d+) (.*)$/s.exec(failedReason) ?? [];
  return { stalls: Number(stalls ?? 0), reason: reason ?? failedReason };
}

/** A reason from whatever was thrown: `null`, a string, an error with a message of megabytes. */
export function reasonOf(thrown: unknown): string {
  if (thrown instanceof Error) return `${thrown.name}: ${thrown.message}`.slice(0, MAX_REASON);
  return `${typeof thrown === 'string' ? thrown.slice(0, MAX_REASON) : typeof thrown} was thrown`;
}
