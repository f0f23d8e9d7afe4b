import type { CurvePoint } from '../accumulate-curve.ts';
import { chooseTicks } from './choose-ticks.ts';
import { escapeHtml, formatCount, formatDuration } from './format-values.ts';

const WIDTH = 720;
const HEIGHT = 280;
const LEFT = 52;
const RIGHT = 96;
const BOTTOM = 28;
const TOP = 14;

export interface Curve {
  readonly name: string;
  /** A CSS variable. */
  readonly colour: string;
  readonly points: readonly CurvePoint[];
}

/** Curves over the same time, each named at its end. An SVG; hovering a point tells its numbers. */
export function drawCurves(title: string, curves: readonly Curve[]): string {
  const points = curves.flatMap((curve) => curve.points);
  const endMs = Math.max(1, ...points.map(({ atMs }) => atMs));
  const highest = Math.max(1, ...points.map(({ count }) => count));
  const x = (ms: number): number => LEFT + (ms / endMs) * (WIDTH - LEFT - RIGHT);
  const y = (count: number): number =>
    HEIGHT - BOTTOM - (count / highest) * (HEIGHT - BOTTOM - TOP);

  const rows = chooseTicks(highest, 5).map(
    (
      tick,
    ) => `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(y(tick))}" y2="${at(y(tick))}"/>
<text class="tick" x="${LEFT - 8}" y="${at(y(tick) + 4)}" text-anchor="end">${formatCount(tick)}</text>`,
  );
  const columns = chooseTicks(endMs, 6).map(
    (ms) =>
      `<text class="tick" x="${at(x(ms))}" y="${HEIGHT - 8}" text-anchor="middle">${formatDuration(ms)}</text>`,
  );
  const lines = curves.map((curve) => drawCurve(curve, x, y));
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">
${[...rows, ...columns, ...lines, ...nameCurves(curves, y)].join('\n')}
</svg>`;
}

function drawCurve(
  { name, colour, points }: Curve,
  x: (ms: number) => number,
  y: (count: number) => number,
): string {
  const path = points.map(({ atMs, count }) => `${at(x(atMs))},${at(y(count))}`).join(' ');
  const dots = points.map(({ atMs, count }) => {
    const label = `${name}: ${formatCount(count)} after ${formatDuration(atMs)}`;
    return `<circle class="dot" cx="${at(x(atMs))}" cy="${at(y(count))}" r="5"><title>${escapeHtml(label)}</title></circle>`;
  });
  return `<polyline class="curve" points="${path}" stroke="var(${colour})"/>${dots.join('')}`;
}

/** Names stand beside the ends, at least a line apart. */
function nameCurves(curves: readonly Curve[], y: (count: number) => number): string[] {
  let free = TOP;
  return curves.map(({ name, colour, points }) => {
    const count = points.at(-1)?.count ?? 0;
    const place = Math.max(y(count), free);
    free = place + 30;
    return `<text class="label" x="${WIDTH - RIGHT + 8}" y="${at(place + 4)}"><tspan fill="var(${colour})">●</tspan> ${escapeHtml(name)}</text>
<text class="tick" x="${WIDTH - RIGHT + 8}" y="${at(place + 18)}">${formatCount(count)}</text>`;
  });
}

function at(coordinate: number): string {
  return coordinate.toFixed(1);
}
