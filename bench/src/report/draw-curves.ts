import { escapeHtml } from './escape-html.ts';
import type { Curve } from './plot.ts';

const WIDTH = 720;
const HEIGHT = 220;
const LEFT = 60;
const RIGHT = 60;
const BOTTOM = 26;
const TOP = 12;

/** Curves over time from zero; hovering a point tells its value. An SVG. */
export function drawCurves(title: string, unit: string, curves: readonly Curve[]): string {
  const points = curves.flatMap((curve) => curve.points);
  const endMs = Math.max(1, ...points.map(({ atMs }) => atMs));
  const most = Math.max(1e-9, ...points.map(({ value }) => value)) * 1.1;
  const x = (ms: number): number => LEFT + (ms / endMs) * (WIDTH - LEFT - RIGHT);
  const y = (value: number): number => HEIGHT - BOTTOM - (value / most) * (HEIGHT - BOTTOM - TOP);
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const value = share * most;
    return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(y(value))}" y2="${at(y(value))}"/>
<text class="tick" x="${LEFT - 8}" y="${at(y(value) + 4)}" text-anchor="end">${value.toFixed(0)} ${unit}</text>
<text class="tick" x="${at(x(share * endMs))}" y="${HEIGHT - 8}" text-anchor="middle">${((share * endMs) / 1_000).toFixed(1)} s</text>`;
  });
  const lines = curves.map((curve, index) => {
    const path = curve.points.map(({ atMs, value }) => `${at(x(atMs))},${at(y(value))}`).join(' ');
    const dots = curve.points.map(
      ({ atMs, value }) =>
        `<circle class="dot" cx="${at(x(atMs))}" cy="${at(y(value))}" r="5"><title>${escapeHtml(`${curve.name}: ${value.toFixed(1)} ${unit} after ${(atMs / 1_000).toFixed(1)} s`)}</title></circle>`,
    );
    const end = curve.points.at(-1);
    const label =
      end === undefined
        ? ''
        : `<text x="${at(x(end.atMs) + 6)}" y="${at(y(end.value) + 4)}">${escapeHtml(curve.name)}</text>`;
    return `<polyline class="curve s${index}" points="${path}"/>${dots.join('')}${label}`;
  });
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">
${[...grid, ...lines].join('\n')}
</svg>`;
}

function at(coordinate: number): string {
  return coordinate.toFixed(1);
}
