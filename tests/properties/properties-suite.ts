import fc from 'fast-check';
import { afterAll, beforeAll, test } from 'vitest';
import { startStores, type Stores } from '../harness/start-stores.ts';
import { startSystem, type System } from '../harness/start-system.ts';
import { agreesWithModel } from './run-sequences.ts';
import type { Model } from './model.ts';
import { createReal } from './system-under-test.ts';

const RESTART_MS = 200;
/** Of one round with its healing, on a machine that has other things to do. */
const ROUND_MS = 150_000;

/**
 * Sequences of commands against the model for so many seconds, some at the same time, each round of
 * a seed of its own: the one that is named when it fails is the first of a run with
 * `PROPERTIES_SEED`. `PROPERTIES_SECONDS` changes how long it takes. What fails is not shrunk unless
 * `PROPERTIES_SHRINK` is set: each step of that takes as long as the round did.
 */
export function propertiesSuite(defaultSeconds: number): void {
  const seconds = Number(process.env['PROPERTIES_SECONDS'] ?? defaultSeconds);
  const firstSeed = Number(process.env['PROPERTIES_SEED'] ?? Math.floor(Math.random() * 2 ** 30));
  const endOnFailure = process.env['PROPERTIES_SHRINK'] === undefined;
  const ended: Model[] = [];
  let stores: Stores;
  let system: System;
  let hasFailed = true;

  beforeAll(async () => {
    stores = await startStores();
    const life = { restartMs: RESTART_MS };
    system = await startSystem({
      stores,
      workers: [life, life],
      workerEnv: { PAYMENT_TIMEOUT_MS: '500', GIVE_UP_AFTER_SECONDS: '2' },
    });
  });
  afterAll(async () => {
    if (hasFailed && system !== undefined) console.log(`the logs are in ${system.logsFolder}`);
    await system?.close({ keepLogs: hasFailed });
    await stores?.close();
  });

  test(
    'in whatever order things are asked for and break, the system does what the model says',
    { timeout: seconds * 1_000 + ROUND_MS },
    async () => {
      const real = createReal(system);
      const property = agreesWithModel(
        real,
        () => ended.length,
        (model) => ended.push(model),
      );
      const until = performance.now() + seconds * 1_000;
      for (let round = 0; round === 0 || performance.now() < until; round += 1) {
        const seed = firstSeed + round;
        console.log(`PROPERTIES_SEED=${seed}`);
        // Long sequences are as welcome as short ones.
        await fc.assert(property, { seed, numRuns: 1, plugins: [fc.unbiased()], endOnFailure });
      }
      hasFailed = false;
      console.log(describeRuns(ended));
    },
  );
}

function describeRuns(models: readonly Model[]): string {
  const commands = models.flatMap(({ ran }) => Array.from(ran));
  const orders = models.flatMap((model) => model.orders);
  const ends = orders.map(({ fate, seen }) => [`${fate} → ${seen.status}`, 1] as const);
  return [
    `${models.length} sequences agreed with their models.`,
    `commands: ${sumUp(commands)}`,
    `orders: ${sumUp(ends)}`,
  ].join('\n');
}

function sumUp(counts: readonly (readonly [string, number])[]): string {
  const sums = new Map<string, number>();
  for (const [what, count] of counts) sums.set(what, (sums.get(what) ?? 0) + count);
  const sorted = Array.from(sums).toSorted(([a], [b]) => a.localeCompare(b));
  return sorted.map(([what, count]) => `${what} ×${count}`).join(', ');
}
