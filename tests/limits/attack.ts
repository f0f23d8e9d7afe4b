import { expect } from 'vitest';
import type { System } from '../harness/start-system.ts';
import { type Holding, forgetPeak, inMib, measureProcess, MIB } from './measure-process.ts';
import { type Experience, startBystander } from './start-bystander.ts';

export interface Attack {
  readonly name: string;
  /** The memory of the api may rise by so much meanwhile. */
  readonly maxGrowthMib: number;
  /** Attacks, and resolves with what is to be said of it in the table, while it still goes on. */
  readonly begin: (api: Target) => Promise<string>;
  readonly end: () => Promise<void>;
}

export interface Target {
  readonly port: number;
  readonly pid: number;
}

const rows: string[] = [];
const ERROR = /"level":"(error|fatal)"/;
/** Of connections that end by themselves and of pools that breathe. */
const FILES_TOLERANCE = 12;
/** Nobody waits longer, though attackers and attacked share two cores. */
const MAX_BYSTANDER_MS = 5_000;

/**
 * Attacks the api while somebody else uses it: he is served all the time, the memory stays within
 * its bound, and afterwards no connection is left open. Adds a line to the table.
 */
export async function withstand(system: System, apiUrl: string, attack: Attack): Promise<void> {
  const pid = system.api.pid;
  if (pid === null) throw new Error('the api does not run');
  const port = Number(new URL(apiUrl).port);
  const before = await measureProcess(pid);
  await forgetPeak(pid);
  const bystander = startBystander(apiUrl, system.sku);
  let said: string;
  let during: Holding;
  let experience: Experience;
  try {
    said = await attack.begin({ port, pid });
    during = await measureProcess(pid);
  } finally {
    await attack.end();
    experience = await bystander.leave();
  }
  const after = await settle(pid, before);
  const growth = Math.max(0, during.peakBytes - before.memoryBytes);
  rows.push(
    [
      attack.name.padEnd(34),
      inMib(before.memoryBytes).padStart(8),
      inMib(during.peakBytes).padStart(8),
      inMib(after.memoryBytes).padStart(8),
      `${before.openFiles}/${during.openFiles}/${after.openFiles}`.padStart(14),
      `${experience.requests}, p95 ${experience.p95Ms}, max ${experience.slowestMs} ms`.padEnd(30),
      said,
    ].join(' | '),
  );

  expect(experience.refusals).toEqual([]);
  expect(experience.requests).toBeGreaterThan(0);
  expect(experience.slowestMs).toBeLessThan(MAX_BYSTANDER_MS);
  expect(growth / MIB).toBeLessThan(attack.maxGrowthMib);
  expect(after.openFiles).toBeLessThanOrEqual(before.openFiles + FILES_TOLERANCE);
  expect(system.api.exits).toEqual([]);
  const log = (await system.api.log()).split('\n');
  expect(log.filter((line) => ERROR.test(line))).toEqual([]);
}

/** Waits until the connections are gone that the attack has left behind. */
async function settle(pid: number, before: Holding): Promise<Holding> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const now = await measureProcess(pid);
    if (now.openFiles <= before.openFiles + FILES_TOLERANCE || performance.now() > deadline) {
      return now;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export function printAttacks(): void {
  const head = [
    'attack'.padEnd(34),
    'before'.padStart(8),
    'peak'.padStart(8),
    'after'.padStart(8),
    'files b/d/a'.padStart(14),
    'somebody else: requests'.padEnd(30),
    'what came of it',
  ];
  console.log(['', head.join(' | '), ...rows, ''].join('\n'));
}
