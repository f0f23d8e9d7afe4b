import { expect, onTestFinished } from 'vitest';
import { addFigure } from './figures.ts';
import { startSystem, type System, type SystemOptions } from './start-system.ts';
import { type RestOptions, untilRest } from './until-rest.ts';

/** A system for one test, which is gone after it. */
export async function given(options: SystemOptions): Promise<System> {
  const system = await startSystem(options);
  onTestFinished(async ({ task }) => {
    const keepLogs = task.result?.state === 'fail';
    if (keepLogs) console.log(`the logs of the failed system are in ${system.logsFolder}`);
    await system.close({ keepLogs });
  }, 60_000);
  return system;
}

export interface Ending extends RestOptions {
  /** The line of the table. */
  readonly fault: string;
  /** Recovery may take no longer; a promise, not a speed. */
  readonly withinSeconds?: number;
  /** When recovery could begin, by `performance.now()`; now, without it. */
  readonly since?: number;
}

/**
 * How every story ends: all orders come to rest in time, none is lost, nobody is charged twice, and
 * no invariant is broken. Returns the seconds that it took.
 */
export async function thenAllIsWell(system: System, ending: Ending): Promise<number> {
  const { fault, withinSeconds, since = performance.now() } = ending;
  await untilRest(system, ending);
  const seconds = (performance.now() - since) / 1_000;
  const figure = await addFigure(system, fault, seconds);
  expect(await system.violations()).toEqual([]);
  expect(figure).toMatchObject({ lost: 0, chargedTwice: 0 });
  if (withinSeconds !== undefined) expect(seconds).toBeLessThan(withinSeconds);
  return seconds;
}
