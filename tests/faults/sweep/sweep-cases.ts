import { FAILPOINT_NAMES } from '@orders/service/failpoint-names';
import { expect, onTestFailed, test } from 'vitest';
import { addFigure } from '../../harness/figures.ts';
import { type Stores, startStores } from '../../harness/start-stores.ts';
import { startSystem, type System } from '../../harness/start-system.ts';
import { type FailpointCase, runFailpointCase } from './run-failpoint-case.ts';

/** So that a worker that hangs is found out, and started afresh, within seconds. */
const IMPATIENT = { WATCHDOG_SECONDS: '1', DATABASE_STATEMENT_TIMEOUT_MS: '1000' };

/** Every failpoint with each of these actions and numbers of workers. */
export function listCases(
  actions: readonly FailpointCase['action'][],
  workers: readonly number[],
): FailpointCase[] {
  return FAILPOINT_NAMES.flatMap((failpoint) =>
    actions.flatMap((action) => workers.map((count) => ({ failpoint, action, workers: count }))),
  );
}

/** Where the cases of a file run: one system after the other, a new one after a case that failed. */
export interface Laboratory {
  system(): Promise<System>;
  close(): Promise<void>;
}

export function createLaboratory(): Laboratory {
  let stores: Promise<Stores> | null = null;
  let system: Promise<System> | null = null;
  async function discard(): Promise<void> {
    const old = system;
    system = null;
    await (await old?.catch(() => null))?.close();
  }
  return {
    system: async () => {
      stores ??= startStores();
      const present = (system ??= startSystem({
        stores: await stores,
        workers: [],
        workerEnv: IMPATIENT,
        warehouse: true,
        api: { restartMs: 300 },
      }));
      onTestFailed(discard, 60_000);
      return present;
    },
    close: async () => {
      await discard();
      await (await stores)?.close();
    },
  };
}

/** One test per case: the order comes to rest, and every invariant holds. */
export function testCases(laboratory: Laboratory, cases: readonly FailpointCase[]): void {
  test.each(cases.map((one) => [nameOf(one), one] as const))(
    '%s: the effects happen once and the order ends',
    async (name, one) => {
      const system = await laboratory.system();
      const { recoverySeconds, violations } = await runFailpointCase(system, one);
      const figure = await addFigure(system, name, recoverySeconds);
      expect(violations).toEqual([]);
      expect(figure).toMatchObject({ lost: 0, chargedTwice: 0 });
    },
    120_000,
  );
}

function nameOf({ failpoint, action, workers }: FailpointCase): string {
  return `${failpoint}=${action}, ${workers} ${workers === 1 ? 'worker' : 'workers'}`;
}
