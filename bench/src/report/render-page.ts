import type { Line } from '../verdict/line.ts';
import { drawBars } from './draw-bars.ts';
import { drawCurves } from './draw-curves.ts';
import { escapeHtml } from './escape-html.ts';
import { PAGE_STYLE } from './page-style.ts';
import type { Plot } from './plot.ts';
import { formatTarget, formatValue } from './render-table.ts';
import type { Report } from './report.ts';

/** The report as one HTML page that needs nothing else: no script, no asset, no network. */
export function renderPage(report: Report): string {
  const { machine, lines } = report;
  const facts = [
    report.startedAt,
    `${report.scale}, ${report.rounds} rounds, ${report.seconds.toFixed(0)} s`,
    `${machine.cores} × ${machine.cpu}, ${machine.memoryGb} GB`,
    `Node ${machine.node}`,
    `load by ${report.loadGenerator}`,
  ];
  const missed = lines.filter(({ verdict }) => verdict === 'missed').length;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bench</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
<h1>Bench: <span class="${report.verdict}">${missed === 0 ? 'all targets met' : `${missed} missed`}</span></h1>
<div class="quiet">${facts.map(escapeHtml).join(' · ')}</div>
<section>
<table>
<tr><th>figure</th><th class="number">value</th><th class="number">target</th><th>verdict</th><th></th></tr>
${lines.map(renderRow).join('\n')}
</table>
</section>
${report.plots.map(renderPlot).join('\n')}
</main>
</body>
</html>
`;
}

function renderRow({ part, figure, value, unit, target, verdict, note, samples }: Line): string {
  const each = samples.map((sample) => formatValue(sample, unit)).join(', ');
  return `<tr><td>${escapeHtml(`${part}: ${figure}`)}</td><td class="number" title="${escapeHtml(each)}">${formatValue(value, unit)}</td><td class="number">${formatTarget(target, unit)}</td><td class="${verdict}">${verdict === 'shown' ? '' : verdict}</td><td class="quiet">${escapeHtml(note)}</td></tr>`;
}

function renderPlot(plot: Plot): string {
  const drawing =
    plot.kind === 'bars'
      ? drawBars(plot.title, plot.unit, plot.bars)
      : drawCurves(plot.title, plot.unit, plot.curves);
  return `<section>\n<h2>${escapeHtml(plot.title)}</h2>\n${drawing}\n</section>`;
}
