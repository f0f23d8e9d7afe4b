import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accumulateCurve, ratePerSecond } from '../src/load/accumulate-curve.ts';
import { bucketLatencies } from '../src/load/bucket-latencies.ts';
import { describeProgress } from '../src/load/create-progress.ts';
import { chooseLogTicks, chooseTicks } from '../src/load/report/choose-ticks.ts';
import {
  escapeHtml,
  formatCount,
  formatDuration,
  formatPercent,
  formatRate,
} from '../src/load/report/format-values.ts';
import { summarizeLatencies } from '../src/load/summarize-latencies.ts';

test.each([
  [0, '0 ms'],
  [0.423, '0.42 ms'],
  [1.5, '1.5 ms'],
  [37.4, '37 ms'],
  [999.4, '999 ms'],
  [1_240, '1.24 s'],
  [60_000, '1 min'],
  [125_000, '2 min 5 s'],
])('a duration of %d ms reads %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test('counts, rates and percentages read as people write them', () => {
  expect(formatCount(1_234_567)).toBe('1,234,567');
  expect(formatRate(0.5)).toBe('0.5/s');
  expect(formatRate(1_234.4)).toBe('1,234/s');
  expect(formatPercent(1, 3)).toBe('33.3 %');
  expect(formatPercent(0, 0)).toBe('0 %');
});

test('a part that is less than the whole never reads as all of it', () => {
  expect(formatPercent(999_999, 1_000_000)).toBe('99.9 %');
  expect(formatPercent(5, 5)).toBe('100 %');
});

test('text in HTML is only text', () => {
  expect(escapeHtml(`<a href='x'>"&"</a>`)).toBe(
    '&lt;a href=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/a&gt;',
  );
});

test('ticks are round, begin at 0 and stay within the axis', () => {
  expect(chooseTicks(1_000)).toEqual([0, 200, 400, 600, 800, 1_000]);
  expect(chooseTicks(0)).toEqual([0]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), (max) => {
      const ticks = chooseTicks(max);
      expect(ticks.length).toBeGreaterThan(1);
      expect(ticks.length).toBeLessThanOrEqual(6);
      expect(ticks.at(-1)).toBeLessThanOrEqual(max * (1 + 1e-9));
    }),
  );
});

test.each([
  [1, 1_000, [1, 3, 10, 30, 100, 300, 1_000]],
  [0.3, 40, [0.5, 1, 2, 5, 10, 20]],
  [323, 1_024, [400, 600, 800, 1_000]],
])('ticks of a logarithmic axis from %d to %d are few and round', (from, to, expected) => {
  expect(chooseLogTicks(from, to)).toEqual(expected);
});

test('percentiles are exact to a thousandth', () => {
  const latencies = Array.from({ length: 1_000 }, (_, index) => index + 1);
  const { count, p50, p95, p99, max } = summarizeLatencies(latencies);
  expect(count).toBe(1_000);
  for (const [value, exact] of [
    [p50, 500],
    [p95, 950],
    [p99, 990],
    [max, 1_000],
  ] as const) {
    expect(Math.abs(value - exact)).toBeLessThanOrEqual(exact / 1_000 + 0.01);
  }
});

test('without latencies all figures are 0', () => {
  expect(summarizeLatencies([])).toEqual({ count: 0, mean: 0, p50: 0, p95: 0, p99: 0, max: 0 });
});

test('every latency is in exactly one bucket, and that one contains it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }),
      (latencies) => {
        const buckets = bucketLatencies(latencies);
        expect(buckets.length).toBeLessThanOrEqual(48);
        expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(latencies.length);
        for (const { fromMs, toMs, count } of buckets) {
          const inside = latencies.filter(
            (ms) => Math.max(ms, 0.1) >= fromMs && Math.max(ms, 0.1) < toMs,
          );
          expect(inside.length).toBe(count);
        }
        for (const [index, { toMs }] of buckets.entries()) {
          expect(buckets[index + 1]?.fromMs ?? toMs).toBe(toMs);
        }
      },
    ),
  );
});

test('a curve never falls, and ends with everything', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 10_000 })), (times) => {
      const curve = accumulateCurve(times, 10_000, 50);
      expect(curve).toHaveLength(51);
      expect(curve.at(-1)).toEqual({ atMs: 10_000, count: times.length });
      for (const [index, { atMs, count }] of curve.entries()) {
        expect(count).toBe(times.filter((time) => time <= atMs).length);
        expect(count).toBeGreaterThanOrEqual(curve[index - 1]?.count ?? 0);
      }
    }),
  );
});

test('a rate counts from the beginning to the last event', () => {
  expect(ratePerSecond([100, 2_000, 500], 0)).toBe(1.5);
  expect(ratePerSecond([1_100, 1_500], 1_000)).toBe(4);
  expect(ratePerSecond([], 0)).toBe(0);
});

test('progress shows how far it is, in words and as a bar', () => {
  expect(describeProgress('accepting', 500, 1_000, 2_000)).toBe(
    'accepting  [##############--------------]  500 of 1,000  50 %  250/s',
  );
  expect(describeProgress('resting', 0, 0, 0)).toContain('0 of 0');
});
