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
