import { formatCount, formatDuration, formatRate } from './report/format-values.ts';
import type { ReportData } from './report/render-report.ts';
import type { Latencies } from './summarize-latencies.ts';

/** The outcome of a run for the terminal. */
export function describeRun(data: ReportData, report: string): string {
  const statuses = Object.entries(data.byStatus).map(
    ([status, count]) => `${formatCount(count)} ${status}`,
  );
  return [
    `accepted   ${formatCount(data.accepted)} of ${formatCount(data.placed)}, ${formatRate(data.acceptedPerSecond)}`,
    `at rest    ${statuses.join(', ') || 'none'}, completed ${formatRate(data.completedPerSecond)}`,
    `to accept                 ${describeLatencies(data.accept.summary)}`,
    `accepted to completed     ${describeLatencies(data.complete.summary)}`,
    `report     ${report}`,
    data.failures.length === 0 ? 'verdict    passed' : 'verdict    FAILED',
    ...data.failures.map((failure) => `  - ${failure}`),
  ].join('\n');
}

/** The outcome of a run for programs. Latencies in milliseconds. */
export function toRunJson(
  data: ReportData,
  rest: { readonly distinctIds: number; readonly rows: number; readonly report: string },
): Record<string, unknown> {
  const { failures, placed, accepted, byStatus, acceptedPerSecond, completedPerSecond } = data;
  return {
    verdict: failures.length === 0 ? 'pass' : 'fail',
    failures,
    placed,
    accepted,
    distinctIds: rest.distinctIds,
    rows: rest.rows,
    byStatus,
    acceptMs: pickPercentiles(data.accept.summary),
    completeMs: pickPercentiles(data.complete.summary),
    acceptedPerSecond,
    completedPerSecond,
    report: rest.report,
  };
}

function pickPercentiles({ p50, p95, p99 }: Latencies): { p50: number; p95: number; p99: number } {
  return { p50, p95, p99 };
}

function describeLatencies({ p50, p95, p99 }: Latencies): string {
  return `p50 ${formatDuration(p50)}, p95 ${formatDuration(p95)}, p99 ${formatDuration(p99)}`;
}
