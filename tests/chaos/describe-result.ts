import type { ChaosResult } from './run-chaos.ts';
import type { Sample } from './start-sampling.ts';

/** The result for people. */
export function describeResult(result: ChaosResult): string {
  const { seed, seconds, faults, orders, byStatus, deeds, recoverySeconds } = result;
  return [
    '',
    `seed ${seed}: ${faults} faults in ${seconds} s over ${orders} orders`,
    `  done: ${describeCounts(deeds)}`,
    `  ended: ${describeCounts(byStatus)}`,
    `  at rest ${recoverySeconds.toFixed(1)} s after the last fault; lost ${result.lost}, charged twice ${result.chargedTwice}`,
    ...describeSamples(result.samples),
    ...result.violations.map((violation) => `  violated: ${violation}`),
    ...(result.logsFolder === null ? [] : [`  logs: ${result.logsFolder}`]),
    result.violations.length === 0 ? 'No violation.' : `${result.violations.length} violations.`,
  ].join('\n');
}

function describeCounts(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}

/** Of each process's longest life: a third of the way in, and at its end. */
function describeSamples(samples: readonly Sample[]): string[] {
  const names = Array.from(new Set(samples.map(({ name }) => name)));
  return names.map((name) => {
    const life = longestLife(samples.filter((sample) => sample.name === name));
    const [early, late] = [life[Math.floor(life.length / 3)], life.at(-1)];
    if (early === undefined || late === undefined) return `  ${name}: no sample`;
    return `  ${name}: ${early.residentMb} → ${late.residentMb} MB, ${early.handles} → ${late.handles} handles, from ${early.seconds} s to ${late.seconds} s`;
  });
}

function longestLife(samples: readonly Sample[]): Sample[] {
  const lives = new Map<number, Sample[]>();
  for (const sample of samples) {
    lives.set(sample.pid, [...(lives.get(sample.pid) ?? []), sample]);
  }
  return Array.from(lives.values()).sort((a, b) => b.length - a.length)[0] ?? [];
}
