import type { LatencyBucket } from '../bucket-latencies.ts';
import type { Latencies } from '../summarize-latencies.ts';
import { chooseLogTicks, chooseTicks } from './choose-ticks.ts';
import { escapeHtml, formatCount, formatDuration, formatPercent } from './format-values.ts';

const WIDTH = 720;
const HEIGHT = 240;
const LEFT = 52;
const RIGHT = 24;
const BOTTOM = 28;
const TOP = 26;

/**
 * The distribution of latencies as bars over a logarithmic axis of time, with marks at p50, p95
 * and p99. An SVG with its colours as CSS variables; hovering a bar tells its numbers.
 */
export function drawLatencies(
  title: string,
  colour: string,
  buckets: readonly LatencyBucket[],
  latencies: Latencies,
): string {
  const highest = Math.max(1, ...buckets.map(({ count }) => count));
  const fromMs = buckets[0]?.fromMs ?? 1;
  const toMs = buckets.at(-1)?.toMs ?? 10;
  const scale = (WIDTH - LEFT - RIGHT) / Math.log(toMs / fromMs);
  const x = (ms: number): number =>
    LEFT + Math.min(Math.max(Math.log(ms / fromMs) * scale, 0), WIDTH - LEFT - RIGHT);
  const y = (count: number): number =>
    HEIGHT - BOTTOM - (count / highest) * (HEIGHT - BOTTOM - TOP);

  const grid = chooseTicks(highest).map(
    (
      tick,
    ) => `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(y(tick))}" y2="${at(y(tick))}"/>
<text class="tick" x="${LEFT - 8}" y="${at(y(tick) + 4)}" text-anchor="end">${formatCount(tick)}</text>`,
  );
  const bars = buckets.map(({ fromMs: low, toMs: high, count }) => {
    const share = formatPercent(count, latencies.count);
    const label = `${formatDuration(low)} – ${formatDuration(high)}: ${formatCount(count)} (${share})`;
    return `<rect class="bar" x="${at(x(low) + 0.75)}" width="${at(Math.max(x(high) - x(low) - 1.5, 1))}" y="${at(y(count))}" height="${at(HEIGHT - BOTTOM - y(count))}" rx="1.5" fill="var(${colour})"><title>${escapeHtml(label)}</title></rect>`;
  });
  const marks = markPercentiles(latencies, x);
  const ticks = chooseLogTicks(fromMs, toMs).map(
    (ms) =>
      `<text class="tick" x="${at(x(ms))}" y="${HEIGHT - 8}" text-anchor="middle">${formatDuration(ms)}</text>`,
  );
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">
${[...grid, ...bars, ...marks, ...ticks].join('\n')}
</svg>`;
}

/** Labels move left where they would cover the next one, or leave the picture. */
function markPercentiles(latencies: Latencies, x: (ms: number) => number): string[] {
  if (latencies.count === 0) return [];
  let free = WIDTH - 14;
  return (['p99', 'p95', 'p50'] as const).map((name) => {
    const ms = latencies[name];
    const place = x(ms);
    const label = Math.min(place, free);
    free = label - 30;
    return `<line class="mark" x1="${at(place)}" x2="${at(place)}" y1="${TOP - 6}" y2="${HEIGHT - BOTTOM}"/>
<text class="label" x="${at(label)}" y="12" text-anchor="middle">${name}<title>${formatDuration(ms)}</title></text>`;
  });
}

function at(coordinate: number): string {
  return coordinate.toFixed(1);
}
