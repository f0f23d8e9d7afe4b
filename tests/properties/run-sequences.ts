import fc from 'fast-check';
import { beginSequence } from './begin-sequence.ts';
import { adjustStock } from './commands/adjust-stock.ts';
import type { Command } from './commands/command.ts';
import { bringToRest, discardHopeless, endFaults } from './heal-system.ts';
import { judgeEnd, judgeWaiting } from './judge-sequence.ts';
import { COMMANDS, PLACING } from './list-commands.ts';
import { demand, type Model } from './model.ts';
import type { Real } from './system-under-test.ts';

/** Sequences at the same time: each has customers and stock of its own, faults are everybody's. */
const AT_ONCE = 3;
const MAX_COMMANDS = 30;
const MAX_OPENING = 6;
const PLENTY = 1_000;

type Commands = Iterable<Command>;

const opening = fc.commands([PLACING], { maxCommands: MAX_OPENING, size: 'max' });
const sequence = fc.commands(COMMANDS, { maxCommands: MAX_COMMANDS, size: 'max' });
const sequences = fc.array(fc.tuple(opening, sequence), {
  minLength: AT_ONCE,
  maxLength: AT_ONCE,
});

/**
 * Some sequences of commands at the same time, then healing, and then models, invariants and system
 * agree.
 *
 * @param first number of the first sequence
 * @param onEnd told of each model that was right
 */
export function agreesWithModel(
  real: Real,
  first: () => number,
  onEnd: (model: Model) => void,
): fc.IAsyncProperty<[(readonly [Commands, Commands])[]]> {
  return fc.asyncProperty(sequences, async (all) => {
    const models: Model[] = [];
    for (const at of all.keys()) models.push(await beginSequence(real.system, first() + at));
    const runs = await Promise.allSettled(
      all.map(async (commands, at) => {
        const model = models[at];
        if (model === undefined) return;
        for (const part of commands) await fc.asyncModelRun(() => ({ model, real }), part);
      }),
    );
    for (const run of runs) if (run.status === 'rejected') throw run.reason;
    await healAndJudge(models, real);
    for (const model of models) onEnd(model);
  });
}

/** All faults end, everything comes to rest; nobody waits who could be served; then all are. */
async function healAndJudge(models: readonly Model[], real: Real): Promise<void> {
  await endFaults(real);
  await bringToRest(models, real, { butBackordered: true });
  for (const model of models) {
    await judgeWaiting(model, real);
    for (const which of model.stock.keys()) await adjustStock(which, PLENTY).run(model, real);
  }
  await bringToRest(models, real, { butBackordered: false });
  for (const model of models) {
    await judgeEnd(model, real);
    await discardHopeless(model, real);
  }
  const violations = await real.system.violations();
  demand(violations.length === 0, violations.join('\n'));
}
