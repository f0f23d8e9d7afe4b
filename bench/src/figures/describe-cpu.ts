import type { Cpu } from '../measure/cpu-meter.ts';
import type { Bar, Plot } from '../report/plot.ts';
import { createLine, type Line } from '../verdict/line.ts';
import { median } from '../verdict/median.ts';

/** A line for each process that worked on the orders. */
export function describeCpu(part: string, per: string, runs: readonly Cpu[]): Line[] {
  return namesOf(runs).map((name) =>
    createLine({
      part,
      figure: `CPU per ${per} order, ${name}`,
      unit: 'µs',
      samples: runs.map((cpu) => cpu[name] ?? 0),
    }),
  );
}

/** A bar for each contender, with a part for each process. */
export function drawCpu(
  title: string,
  contenders: readonly { readonly label: string; readonly runs: readonly Cpu[] }[],
): Plot {
  const bars = contenders.map(({ label, runs }): Bar => ({
    label,
    parts: namesOf(runs).map((name) => ({
      name,
      value: median(runs.map((cpu) => cpu[name] ?? 0)),
    })),
  }));
  return { kind: 'bars', title, unit: 'µs', bars };
}

function namesOf(runs: readonly Cpu[]): string[] {
  return Array.from(new Set(runs.flatMap((cpu) => Object.keys(cpu))));
}
