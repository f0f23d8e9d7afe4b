import { build } from 'hdr-histogram-js';

/** Latencies in milliseconds. All 0 when there was none. */
export interface Latencies {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * Percentiles by an HDR histogram of microseconds, three significant digits: exact to 0.1 % over
 * the whole range, in constant memory.
 */
export function summarizeLatencies(latenciesMs: readonly number[]): Latencies {
  if (latenciesMs.length === 0) return { count: 0, mean: 0, p50: 0, p95: 0, p99: 0, max: 0 };
  const histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 86_400_000_000,
    numberOfSignificantValueDigits: 3,
  });
  for (const latencyMs of latenciesMs) {
    histogram.recordValue(Math.max(0, Math.round(latencyMs * 1000)));
  }
  const at = (percentile: number): number => toMs(histogram.getValueAtPercentile(percentile));
  return {
    count: latenciesMs.length,
    mean: toMs(histogram.mean),
    p50: at(50),
    p95: at(95),
    p99: at(99),
    max: toMs(histogram.maxValue),
  };
}

function toMs(microseconds: number): number {
  return Math.round(microseconds / 10) / 100;
}
