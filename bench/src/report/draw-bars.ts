import { escapeHtml } from './escape-html.ts';
import type { Bar } from './plot.ts';

const WIDTH = 720;
const LABEL = 190;
const VALUE = 90;
const ROW = 30;
const THICK = 18;

/** Horizontal bars from a common zero, their values written behind them. An SVG. */
export function drawBars(title: string, unit: string, bars: readonly Bar[]): string {
  const names = Array.from(new Set(bars.flatMap(({ parts }) => parts.map(({ name }) => name))));
  const most = Math.max(1e-9, ...bars.map(sum));
  const scale = (WIDTH - LABEL - VALUE) / most;
  const legend = names.length > 1 ? drawLegend(names) : '';
  const top = legend === '' ? 4 : 26;
  const rows = bars.map((bar, row) => drawBar(bar, top + row * ROW, scale, names, unit));
  return `<svg viewBox="0 0 ${WIDTH} ${top + bars.length * ROW}" role="img" aria-label="${escapeHtml(title)}">
${legend}${rows.join('\n')}
</svg>`;
}

function drawBar(
  bar: Bar,
  y: number,
  scale: number,
  names: readonly string[],
  unit: string,
): string {
  let x = LABEL;
  const known = bar.parts.filter(({ value }) => Number.isFinite(value));
  const parts = known.map(({ name, value }) => {
    const width = Math.max(0, value * scale);
    const rect = `<rect class="c${names.indexOf(name)}" x="${at(x)}" y="${y + 3}" width="${at(width)}" height="${THICK}"><title>${escapeHtml(`${bar.label}, ${name}: ${show(value)} ${unit}`)}</title></rect>`;
    x += width;
    return rect;
  });
  return `<text x="${LABEL - 8}" y="${y + 17}" text-anchor="end">${escapeHtml(bar.label)}</text>
${parts.join('')}
<text class="tick" x="${at(x + 6)}" y="${y + 17}">${show(sum(bar))} ${unit}</text>`;
}

function drawLegend(names: readonly string[]): string {
  return names
    .map(
      (name, index) =>
        `<rect class="c${index}" x="${LABEL + index * 100}" y="4" width="10" height="10"/><text class="tick" x="${LABEL + index * 100 + 15}" y="13">${escapeHtml(name)}</text>`,
    )
    .join('');
}

function sum({ parts }: Bar): number {
  return parts.reduce((total, { value }) => total + (Number.isFinite(value) ? value : 0), 0);
}

function show(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 1 : 0 });
}

function at(coordinate: number): string {
  return coordinate.toFixed(1);
}
