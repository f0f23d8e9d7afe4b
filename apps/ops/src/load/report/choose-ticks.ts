/**
 * Round values for an axis from 0 to `max`: steps of 1, 2 or 5 times a power of ten, `wanted` of
 * them or a few less. The last one is not beyond `max`.
 */
export function chooseTicks(max: number, wanted = 5): number[] {
  if (max <= 0) return [0];
  const rough = max / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? max;
  const ticks: number[] = [];
  for (let count = 0; count * step <= max * (1 + 1e-9); count += 1) ticks.push(count * step);
  return ticks;
}

/**
 * Round values for a logarithmic axis between two positive bounds: 1, 2 and 5 times powers of ten,
 * or only powers of ten when those are many; on a short axis, as round as three of them can be.
 */
export function chooseLogTicks(from: number, to: number): number[] {
  for (const factors of [[1, 2, 5], [1, 3], [1]]) {
    const ticks = powersBetween(from, to, factors);
    if (ticks.length >= 3 && ticks.length <= 8) return ticks;
  }
  for (let wanted = 4; wanted <= 64; wanted *= 2) {
    const ticks = chooseTicks(to, wanted).filter((tick) => tick >= from);
    if (ticks.length >= 3) return ticks;
  }
  return [from, to];
}

function powersBetween(from: number, to: number, factors: readonly number[]): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(from)); 10 ** power <= to; power += 1) {
    for (const factor of factors) ticks.push(factor * 10 ** power);
  }
  return ticks.filter((tick) => tick >= from && tick <= to);
}
