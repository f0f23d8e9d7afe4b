import { accumulateCurve, ratePerSecond } from './accumulate-curve.ts';
import { judgeRun } from './judge-run.ts';
import type { ReportData } from './report/render-report.ts';
import type { RunResult } from './run-load.ts';
import { summarizeLatencies } from './summarize-latencies.ts';
import type { Outcome } from './wait-for-rest.ts';

/**
 * The figures of a run.
 *
 * Time to accept: by the client's clock, from when an order was first sent (with a rate: should
 * have been) to its 201, retries and connecting included. Accepted to completed: `completed_at` −
 * `created_at`, both by the clock of PostgreSQL, so that no two clocks are compared; it begins with
 * the transaction that stored the order. Rates: from the first sending to the last acceptance, and
 * from the first order stored to the last one completed.
 */
export function summarizeRun(result: RunResult): ReportData {
  const outcomes = Array.from(result.outcomes.values());
  const completed = outcomes.filter(isCompleted);
  const acceptMs = result.placements.flatMap(({ sentMs, acceptedMs }) =>
    sentMs === null || acceptedMs === null ? [] : acceptedMs - sentMs,
  );
  const completeMs = completed.map(({ createdMs, completedMs }) => completedMs - createdMs);
  const firstMs = outcomes.reduce((first, { createdMs }) => Math.min(first, createdMs), Infinity);
  const createdAfterMs = outcomes.map(({ createdMs }) => createdMs - firstMs);
  const completedAfterMs = completed.map(({ completedMs }) => completedMs - firstMs);
  const endMs = [...createdAfterMs, ...completedAfterMs].reduce((a, b) => Math.max(a, b), 0);
  const acceptedAt = result.placements.flatMap(({ acceptedMs }) => acceptedMs ?? []);
  return {
    startedAt: result.startedAt,
    settings: describeSettings(result),
    failures: judgeRun(result),
    placed: result.placements.length,
    accepted: acceptedAt.length,
    byStatus: countStatuses(outcomes),
    acceptedPerSecond: ratePerSecond(acceptedAt, 0),
    completedPerSecond: ratePerSecond(completedAfterMs, 0),
    accept: { summary: summarizeLatencies(acceptMs), latenciesMs: acceptMs },
    complete: { summary: summarizeLatencies(completeMs), latenciesMs: completeMs },
    acceptedCurve: accumulateCurve(createdAfterMs, endMs),
    completedCurve: accumulateCurve(completedAfterMs, endMs),
  };
}

function isCompleted(outcome: Outcome): outcome is Outcome & { completedMs: number } {
  return outcome.completedMs !== null;
}

function countStatuses(outcomes: readonly Outcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of outcomes) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

function describeSettings({ options, customers }: RunResult): Record<string, string> {
  return {
    connections: String(options.connections),
    customers: String(customers),
    rate: options.rate === undefined ? 'unlimited' : `${options.rate}/s`,
    ...(options.stock === undefined
      ? { products: String(options.skus) }
      : { stock: String(options.stock) }),
  };
}
