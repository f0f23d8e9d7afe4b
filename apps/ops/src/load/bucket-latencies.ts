/** Latencies between two bounds, in milliseconds; the upper one is not included. */
export interface LatencyBucket {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

/** Buckets per doubling, from coarse to fine. */
const WIDTHS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48];
const MOST_BUCKETS = 48;
/** Below this everything is the same: no clock here is better. */
const LEAST_MS = 0.1;

/**
 * Sorts latencies into buckets of equal width on a logarithmic scale, from the one of the fastest
 * to the one of the slowest, without gaps: as many as make a shape, 48 at most unless the
 * latencies span more than 48 doublings. Every latency is in exactly one.
 */
export function bucketLatencies(latenciesMs: readonly number[]): LatencyBucket[] {
  if (latenciesMs.length === 0) return [];
  let [fastest, slowest] = [Infinity, 0];
  for (const latencyMs of latenciesMs) {
    fastest = Math.min(fastest, latencyMs);
    slowest = Math.max(slowest, latencyMs);
  }
  const perOctave =
    WIDTHS.findLast((width) => placeOf(slowest, width) - placeOf(fastest, width) < MOST_BUCKETS) ??
    1;
  const first = placeOf(fastest, perOctave);
  const counts = Array.from({ length: placeOf(slowest, perOctave) - first + 1 }, () => 0);
  for (const latencyMs of latenciesMs) {
    const index = placeOf(latencyMs, perOctave) - first;
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts.map((count, index) => ({
    fromMs: boundOf(first + index, perOctave),
    toMs: boundOf(first + index + 1, perOctave),
    count,
  }));
}

function placeOf(latencyMs: number, perOctave: number): number {
  const clamped = Math.max(latencyMs, LEAST_MS);
  const place = Math.floor(perOctave * Math.log2(clamped));
  // The logarithm may round across a bound.
  if (clamped >= boundOf(place + 1, perOctave)) return place + 1;
  return clamped < boundOf(place, perOctave) ? place - 1 : place;
}

function boundOf(place: number, perOctave: number): number {
  return 2 ** (place / perOctave);
}
