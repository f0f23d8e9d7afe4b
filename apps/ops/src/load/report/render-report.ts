import type { CurvePoint } from '../accumulate-curve.ts';
import { bucketLatencies } from '../bucket-latencies.ts';
import type { Latencies } from '../summarize-latencies.ts';
import { drawCurves } from './draw-curves.ts';
import { drawLatencies } from './draw-latencies.ts';
import { escapeHtml, formatCount, formatDuration, formatRate } from './format-values.ts';
import { REPORT_STYLE } from './report-style.ts';

export interface ReportData {
  readonly startedAt: Date;
  /** What the run was asked to do, by name. */
  readonly settings: Readonly<Record<string, string>>;
  readonly failures: readonly string[];
  readonly placed: number;
  readonly accepted: number;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly acceptedPerSecond: number;
  readonly completedPerSecond: number;
  readonly accept: { readonly summary: Latencies; readonly latenciesMs: readonly number[] };
  readonly complete: { readonly summary: Latencies; readonly latenciesMs: readonly number[] };
  readonly acceptedCurve: readonly CurvePoint[];
  readonly completedCurve: readonly CurvePoint[];
}

/** The report of a load run as one HTML page that needs nothing else: no script, no asset, no network. */
export function renderReport(data: ReportData): string {
  const { accept, complete } = data;
  const title = `Load run of ${formatCount(data.placed)} orders`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<div class="quiet">${data.startedAt.toISOString()} · ${describeSettings(data.settings)}</div>
${renderVerdict(data)}
${renderTiles(data)}
<section>
<h2>Accepted and completed over time</h2>
${drawCurves('How many orders were accepted and completed by when', [
  { name: 'accepted', colour: '--accept', points: data.acceptedCurve },
  { name: 'completed', colour: '--complete', points: data.completedCurve },
])}
</section>
<section>
<h2>Time to accept</h2>
<div class="quiet">From sending the order, or from when it was due, to the 201, as the client saw it.</div>
${drawLatencies('Distribution of the time to accept', '--accept', bucketLatencies(accept.latenciesMs), accept.summary)}
</section>
<section>
<h2>From accepted to completed</h2>
<div class="quiet">From created to completed, both by the clock of PostgreSQL; completed orders only.</div>
${drawLatencies('Distribution of the time from accepted to completed', '--complete', bucketLatencies(complete.latenciesMs), complete.summary)}
</section>
<section>
<h2>Latencies</h2>
${renderLatencies({ 'to accept': accept.summary, 'accepted to completed': complete.summary })}
</section>
<section>
<h2>Orders by status</h2>
${renderStatuses(data.byStatus)}
</section>
</main>
</body>
</html>
`;
}

function describeSettings(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => escapeHtml(`${name} ${value}`))
    .join(' · ');
}

function renderVerdict({ failures, accepted }: ReportData): string {
  if (failures.length === 0) {
    return `<div class="verdict good">Passed: all ${formatCount(accepted)} accepted orders came to rest, stock and charges are exact.</div>`;
  }
  const list = failures.map((failure) => `<li>${escapeHtml(failure)}</li>`).join('');
  return `<div class="verdict bad">Failed<ul>${list}</ul></div>`;
}

function renderTiles(data: ReportData): string {
  const tiles: [string, string][] = [
    ['accepted', formatCount(data.accepted)],
    ['completed', formatCount(data.byStatus['completed'] ?? 0)],
    ['accepted per second', formatRate(data.acceptedPerSecond)],
    ['completed per second', formatRate(data.completedPerSecond)],
    ['p99 to accept', formatDuration(data.accept.summary.p99)],
    ['p99 to completed', formatDuration(data.complete.summary.p99)],
  ];
  const html = tiles.map(
    ([name, value]) => `<div class="tile"><b>${value}</b><span class="quiet">${name}</span></div>`,
  );
  return `<div class="tiles">${html.join('')}</div>`;
}

function renderLatencies(rows: Readonly<Record<string, Latencies>>): string {
  const columns = ['mean', 'p50', 'p95', 'p99', 'max'] as const;
  const body = Object.entries(rows).map(
    ([name, latencies]) =>
      `<tr><td>${name}</td>${columns.map((column) => `<td>${formatDuration(latencies[column])}</td>`).join('')}</tr>`,
  );
  const head = columns.map((column) => `<th>${column}</th>`).join('');
  return `<table><tr><th></th>${head}</tr>${body.join('')}</table>`;
}

function renderStatuses(byStatus: Readonly<Record<string, number>>): string {
  const rows = Object.entries(byStatus).map(
    ([status, count]) => `<tr><td>${escapeHtml(status)}</td><td>${formatCount(count)}</td></tr>`,
  );
  return `<table>${rows.join('')}</table>`;
}
