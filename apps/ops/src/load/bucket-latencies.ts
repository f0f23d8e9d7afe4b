/** Latencies between two bounds, in milliseconds; the upper one is not included. */
export interface LatencyBucket {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

/** Buckets per doubling: fine enough for a shape, coarse enough for a bar. */
const PER_OCTAVE = 3;

/**
 * Sorts latencies into buckets of equal width on a logarithmic scale, from the one of the fastest
 * to the one of the slowest, without gaps. Every latency is in exactly one.
 */
export function bucketLatencies(latenciesMs: readonly number[]): LatencyBucket[] {
  const counts = new Map<number, number>();
  for (const latencyMs of latenciesMs) {
    const place = placeOf(latencyMs);
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  const places = Array.from(counts.keys()).sort((a, b) => a - b);
  const [first] = places;
  const last = places.at(-1);
  if (first === undefined || last === undefined) return [];
  return Array.from({ length: last - first + 1 }, (_, offset) => {
    const place = first + offset;
    return { fromMs: boundOf(place), toMs: boundOf(place + 1), count: counts.get(place) ?? 0 };
  });
}

/** Below 0.1 ms everything is the same bucket: no clock here is better. */
function placeOf(latencyMs: number): number {
  const clamped = Math.max(latencyMs, 0.1);
  const place = Math.floor(PER_OCTAVE * Math.log2(clamped));
  // The logarithm may round across a bound.
  if (clamped >= boundOf(place + 1)) return place + 1;
  return clamped < boundOf(place) ? place - 1 : place;
}

function boundOf(place: number): number {
  return 2 ** (place / PER_OCTAVE);
}
