import { setTimeout as wait } from 'node:timers/promises';
import type { System } from '../harness/start-system.ts';
import type { Fault } from './fault.ts';
import { strike } from './strike.ts';

/** Called when a fault begins, and when one could not be made to happen. */
export type OnFault = (fault: Fault, error: unknown) => void;

/** Lets a plan happen. Resolves when the last of its faults is over and healed. */
export async function runPlan(
  system: System,
  plan: readonly Fault[],
  onFault: OnFault,
): Promise<void> {
  const startedAt = performance.now();
  await Promise.all(
    plan.map(async (fault) => {
      await wait(Math.max(0, startedAt + fault.atMs - performance.now()));
      try {
        onFault(fault, null);
        const heal = await strike(system, fault);
        await wait(fault.forMs);
        await heal();
      } catch (error) {
        // Two faults may meet so that one cannot be done: PostgreSQL is away when it is to be locked.
        onFault(fault, error);
      }
    }),
  );
}

/** Mends everything, also what a fault that failed halfway left behind. */
export async function healAll(system: System): Promise<void> {
  const { stores, provider, api, simulator, workers } = system;
  for (const link of system.links) await system.proxy(link).heal();
  stores.redis.process.signal('SIGCONT');
  if (stores.redis.pid === null) await stores.redis.process.restart();
  if (stores.postgres.pid === null) await stores.postgres.process.restart();
  for (const service of [simulator, api, ...workers]) {
    service.thaw();
    await service.start();
  }
  await provider.change({ faults: '', outage: 'off' });
}
