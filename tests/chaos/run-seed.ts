import { expect } from 'vitest';
import { runChaos } from './run-chaos.ts';

/** A run of one seed, which must not violate anything. */
export async function runSeed(seed: number, seconds: number): Promise<void> {
  const result = await runChaos({
    seed,
    seconds,
    note: () => {},
    onFault: () => {},
    signal: new AbortController().signal,
  });
  const { violations, lost, chargedTwice, logsFolder } = result;
  expect({ seed, violations, lost, chargedTwice, logsFolder }).toEqual({
    seed,
    violations: [],
    lost: 0,
    chargedTwice: 0,
    logsFolder: null,
  });
}
