import { expect, test } from 'vitest';
import { renderReport, type ReportData } from '../src/load/report/render-report.ts';
import { summarizeRun } from '../src/load/summarize-run.ts';
import { createPlacement } from '../src/load/placement.ts';
import type { RunResult } from '../src/load/run-load.ts';

const CREATED = Date.parse('2026-11-20T00:00:00.000Z');

/** A run of so many orders, each accepted after 5 ms more than the one before, all completed. */
function makeRun(count: number): RunResult {
  const placements = Array.from({ length: count }, (_, index) => ({
    ...createPlacement({ index, customerId: 'c', idempotencyKey: String(index), items: [] }),
    sentMs: 10,
    acceptedMs: 15 + index * 5,
    orderId: `o${index}`,
  }));
  const outcomes = placements.map(
    ({ orderId }, index) =>
      [
        orderId,
        {
          status: 'completed',
          reason: null,
          totalMinor: 100,
          currency: 'USD',
          createdMs: CREATED + index,
          completedMs: CREATED + index + 50,
        },
      ] as const,
  );
  return {
    placements,
    outcomes: new Map(outcomes),
    rows: count,
    ledger: new Map(
      outcomes.map(([id]) => [
        id,
        { kept: [{ id: 'ch', amount: 100, currency: 'USD' }], overRefunded: [] },
      ]),
    ),
    stockFindings: [],
    stock: null,
    interrupted: false,
    startedAt: new Date(CREATED),
    options: { orders: count, connections: 10, skus: 5, patience: 90 },
    customers: count,
  };
}

test('the figures of a run are those of its orders', () => {
  const data = summarizeRun(makeRun(100));
  expect(data.failures).toEqual([]);
  expect(data).toMatchObject({ placed: 100, accepted: 100, byStatus: { completed: 100 } });
  expect(data.accept.summary.p50).toBeCloseTo(250, 0);
  expect(data.accept.summary.max).toBeCloseTo(500, 0);
  expect(data.complete.summary).toMatchObject({
    p50: expect.closeTo(50, 0),
    p99: expect.closeTo(50, 0),
  });
  // 100 accepted in 510 ms, 100 completed in 149 ms since the first was stored.
  expect(data.acceptedPerSecond).toBeCloseTo(196.08, 1);
  expect(data.completedPerSecond).toBeCloseTo(671.14, 1);
  expect(data.acceptedCurve.at(-1)).toEqual({ atMs: 149, count: 100 });
  expect(data.completedCurve.at(-1)).toEqual({ atMs: 149, count: 100 });
  expect(data.completedCurve[0]).toEqual({ atMs: 0, count: 0 });
});

test('the report needs nothing but itself', () => {
  const html = renderReport(summarizeRun(makeRun(100)));
  expect(html).not.toMatch(/https?:\/\/|<script|<link|<img|@import|url\(/);
  expect(html).toContain('prefers-color-scheme: dark');
  expect(html).toContain('Passed: all 100 accepted orders came to rest');
  expect(html).not.toMatch(/NaN|undefined|Infinity/);
});

test('a failed run says why, as text', () => {
  const data: ReportData = { ...summarizeRun(makeRun(3)), failures: ['<b>bad</b> & worse'] };
  expect(renderReport(data)).toContain('<li>&lt;b&gt;bad&lt;/b&gt; &amp; worse</li>');
});

test('a run of which nothing came still has a report', () => {
  const html = renderReport(summarizeRun({ ...makeRun(0), rows: 0 }));
  expect(html).not.toMatch(/NaN|undefined|Infinity/);
});
