/** What the watchdog looks at. */
export interface Pulse {
  /** Orders that should have been looked at long ago. */
  readonly overdue: boolean;
  /** Whether this worker has anything under way. */
  readonly active: boolean;
  readonly paused: boolean;
}

/**
 * Tells when a worker is wedged: overdue work, nothing under way and not paused, seen at every
 * look for `limitMs`. A queue library that has lost its way is only cured by a fresh process.
 */
export function createWatchdog(limitMs: number): (pulse: Pulse, nowMs: number) => boolean {
  let sinceMs: number | null = null;
  return ({ overdue, active, paused }, nowMs) => {
    if (!overdue || active || paused) {
      sinceMs = null;
      return false;
    }
    sinceMs ??= nowMs;
    return nowMs - sinceMs >= limitMs;
  };
}
