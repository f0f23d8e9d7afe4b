import { setTimeout as wait } from 'node:timers/promises';
import { addFigure } from '../harness/figures.ts';
import { setStock } from '../harness/set-stock.ts';
import { startStores } from '../harness/start-stores.ts';
import { startSystem, type System } from '../harness/start-system.ts';
import { countByStatus, untilRest } from '../harness/until-rest.ts';
import type { Fault } from './fault.ts';
import { judgeMemory } from './judge-memory.ts';
import { makePlan } from './make-plan.ts';
import { redriveAll } from './order-deeds.ts';
import { SCARCE } from './place-deeds.ts';
import { createRandom } from './random.ts';
import { healAll, runPlan } from './run-plan.ts';
import { type Sample, startSampling } from './start-sampling.ts';
import { startLoad } from './start-load.ts';

export interface ChaosOptions {
  readonly seed: number;
  readonly seconds: number;
  /** Told of everything that happens, one line each. */
  readonly note: (line: string) => void;
  readonly onFault: (fault: Fault, error: unknown) => void;
  /** Ends the faults early; healing and judgement follow all the same. */
  readonly signal: AbortSignal;
}

export interface ChaosResult {
  readonly seed: number;
  readonly seconds: number;
  readonly faults: number;
  readonly orders: number;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly deeds: Readonly<Record<string, number>>;
  /** From the last fault to the rest of all orders. */
  readonly recoverySeconds: number;
  readonly lost: number;
  readonly chargedTwice: number;
  /** I1–I8, and what contradicts the customers' memory. */
  readonly violations: readonly string[];
  readonly samples: readonly Sample[];
  /** The logs, when something was violated. */
  readonly logsFolder: string | null;
}

/** After healing everything has to be at rest within this. */
const HEAL_MS = 120_000;
const PLATFORM = { restartMs: 1_000 };

/** One run: faults under load by the plan of the seed, then healing with a deadline, then judgement. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { seed } = options;
  const stores = await startStores();
  try {
    const random = createRandom(seed);
    const system = await startSystem({
      stores,
      through: [
        'client>api',
        'api>postgres',
        'api>redis',
        'worker>postgres',
        'worker>redis',
        'worker>provider',
      ],
      api: PLATFORM,
      simulator: PLATFORM,
      // The clock of the second one is wrong, now and then by much.
      workers: [
        PLATFORM,
        { ...PLATFORM, clockOffsetMs: random.pick([0, -3_600_000, 90_000, 7_200_000]) },
      ],
      workerEnv: { BACKORDER_MAX_WAIT_SECONDS: '8', FAILPOINT_BLOCK_MS: '4000' },
    });
    let keepLogs = true;
    try {
      const result = await runOn(system, options);
      keepLogs = result.violations.length > 0;
      return { ...result, logsFolder: keepLogs ? system.logsFolder : null };
    } finally {
      await system.close({ keepLogs });
    }
  } finally {
    await stores.close();
  }
}

async function runOn(
  system: System,
  { seed, seconds, note, onFault, signal }: ChaosOptions,
): Promise<ChaosResult> {
  const plan = makePlan(seed, seconds);
  await setStock(system, SCARCE, 40);
  const load = startLoad(system, createRandom(seed + 1), { customers: 20, perSecond: 25 });
  const sampling = startSampling(system, Math.max(1_000, seconds * 10));
  note(`${plan.length} faults in ${seconds} s`);
  await Promise.race([
    Promise.all([runPlan(system, plan, onFault), wait(seconds * 1_000)]),
    untilAborted(signal),
  ]);
  note('healing');
  await healAll(system);
  const since = performance.now();
  await load.stop();
  await untilRest(system, { timeoutMs: HEAL_MS });
  const recoverySeconds = (performance.now() - since) / 1_000;
  // What gave up waits for an operator; here he is.
  await redriveAll(load, createRandom(seed));
  await untilRest(system, { timeoutMs: HEAL_MS });
  note('judging');
  const figure = await addFigure(system, `seed ${seed}`, recoverySeconds);
  return {
    seed,
    seconds,
    faults: plan.length,
    orders: load.orders.length,
    byStatus: await countByStatus(system),
    deeds: load.deeds,
    recoverySeconds,
    lost: figure.lost,
    chargedTwice: figure.chargedTwice,
    violations: [...(await system.violations()), ...(await judgeMemory(load))],
    samples: await sampling.stop(),
    logsFolder: null,
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
