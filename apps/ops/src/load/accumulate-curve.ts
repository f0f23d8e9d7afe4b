/** How many had happened by when. */
export interface CurvePoint {
  /** Milliseconds since the run began. */
  readonly atMs: number;
  readonly count: number;
}

/**
 * The curve "how many so far" over the times at which something happened, as at most `points`
 * points over an even grid from 0 to `endMs`; the last one counts everything up to then.
 */
export function accumulateCurve(
  timesMs: readonly number[],
  endMs: number,
  points = 120,
): CurvePoint[] {
  const sorted = timesMs.toSorted((a, b) => a - b);
  const curve: CurvePoint[] = [];
  let count = 0;
  for (let step = 0; step <= points; step += 1) {
    const atMs = (endMs * step) / points;
    while (count < sorted.length && (sorted[count] ?? Infinity) <= atMs) count += 1;
    curve.push({ atMs, count });
  }
  return curve;
}

/**
 * Events per second from the first to the last of them, counted from `startMs`; 0 when there was
 * none.
 */
export function ratePerSecond(timesMs: readonly number[], startMs: number): number {
  if (timesMs.length === 0) return 0;
  let lastMs = startMs;
  for (const timeMs of timesMs) lastMs = Math.max(lastMs, timeMs);
  // Below a millisecond there is no rate, only a clock's grain.
  return Math.round((timesMs.length / Math.max(lastMs - startMs, 1)) * 100_000) / 100;
}
