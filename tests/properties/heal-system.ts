import { waitUntil } from '@orders/local-services/wait-until';
import { untilRest } from '../harness/until-rest.ts';
import { listOpenLetters, redriveAll } from './commands/redrive.ts';
import { demand, type Model } from './model.ts';
import type { Real } from './system-under-test.ts';

/** An operator does not redrive for ever: after so many rounds something does not heal. */
const ROUNDS = 8;
const REST_MS = 90_000;
/** What no redrive mends: the provider refuses the request itself. */
const HOPELESS = 'payment_refused';

/** The provider is back, every worker lives. */
export async function endFaults({ system }: Real): Promise<void> {
  await system.provider.change({ outage: 'off' });
  await waitUntil(() => system.workers.every(({ pid }) => pid !== null), {
    what: 'all workers to be started again',
    timeoutMs: 10_000,
  });
  await Promise.all(system.workers.map((worker) => worker.ready()));
}

/** Waits for rest, and redrives what has failed until only the hopeless are left. */
export async function bringToRest(
  models: readonly Model[],
  real: Real,
  options: { readonly butBackordered: boolean },
): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    await untilRest(real.system, { ...options, timeoutMs: REST_MS });
    const letters = await Promise.all(models.map((model) => listOpenLetters(model, real)));
    if (letters.flat().every(({ reason }) => reason === HOPELESS)) return;
    for (const model of models) await redriveAll().run(model, real);
  }
  demand(false, 'orders fail again and again');
}

/** Gives up what is hopeless, so that later sequences begin without it. */
export async function discardHopeless(model: Model, real: Real): Promise<void> {
  for (const { id } of await listOpenLetters(model, real)) {
    const { status, tries } = await real.ask('POST', `/admin/dead-letters/${id}/discard`, {
      body: { reason: 'nothing can be done' },
    });
    demand(status === 200 || tries > 1, `a discard was answered with ${status}`);
  }
}
