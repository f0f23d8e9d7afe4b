import { setTimeout as wait } from 'node:timers/promises';
import type { FailpointName } from '@orders/service/failpoint-names';
import type { Service } from '../../harness/service.ts';
import type { System } from '../../harness/start-system.ts';
import { isAtRest, untilRest } from '../../harness/until-rest.ts';
import { ROUTES, type Route } from './failpoint-routes.ts';

export interface FailpointCase {
  readonly failpoint: FailpointName;
  readonly action: 'kill' | 'throw' | 'hang';
  readonly workers: number;
}

export interface FailpointResult {
  /** From the moment it struck to the rest of all orders. */
  readonly recoverySeconds: number;
  readonly violations: readonly string[];
}

/** With two workers either may take the order: so often is it tried until the right one does. */
const MAX_ORDERS = 20;
const REST_MS = 60_000;
/** As a platform would, though sooner. */
const RESTART_MS = 300;

/**
 * Strikes one process at one failpoint while an order passes there, alone or beside a second
 * worker, lets the platform start it again if it died, and waits until every order is at rest.
 *
 * @throws when the failpoint was never reached, or an order does not come to rest
 */
export async function runFailpointCase(
  system: System,
  { failpoint, action, workers }: FailpointCase,
): Promise<FailpointResult> {
  const route = ROUTES[failpoint];
  const strike = `${failpoint}=${action}`;
  const started = await startWorkers(system, route, strike, workers);
  const struck = route.process === 'api' ? [system.api] : started;
  const marks = await Promise.all(struck.map(async (one) => (await one.log()).length));
  try {
    if (route.process === 'api') {
      await system.api.stop();
      await system.api.start([strike]);
    }
    // One that is struck while it starts is not ready in that life.
    await allReady(started);
    const struckAt = await driveUntil(system, route, started, async () => {
      const logs = await Promise.all(struck.map((one) => one.log()));
      const line = `failpoint ${failpoint}: ${action}`;
      return logs.some((log, at) => log.slice(marks[at]).includes(line));
    });
    await untilRest(system, { timeoutMs: REST_MS });
    const recoverySeconds = (performance.now() - struckAt) / 1_000;
    await route.after?.(system);
    return { recoverySeconds, violations: await system.violations() };
  } finally {
    await Promise.all(started.map((worker) => worker.stop(2_000)));
  }
}

/** The first one is struck; the others are sound, or all die where only a second life can be. */
async function startWorkers(
  system: System,
  { process, firstLife }: Route,
  strike: string,
  count: number,
): Promise<Service[]> {
  const lives = firstLife === undefined ? [strike] : [firstLife, strike];
  const first = process === 'api' ? [] : lives;
  const others = process === 'api' || firstLife === undefined ? [] : [strike];
  const workers = [await system.addWorker({ failpoints: first, restartMs: RESTART_MS })];
  while (workers.length < count) {
    workers.push(await system.addWorker({ failpoints: others, restartMs: RESTART_MS }));
  }
  return workers;
}

/** Sends orders along the way until it struck. Resolves with the time at which it had. */
async function driveUntil(
  system: System,
  route: Route,
  workers: readonly Service[],
  isStruck: () => Promise<boolean>,
): Promise<number> {
  for (let orders = 0; orders < MAX_ORDERS; orders += 1) {
    await route.drive(system);
    if (route.stops === true) await stopAndStart(workers[0]);
    for (let looks = 0; looks < 100; looks += 1) {
      if (await isStruck()) return performance.now();
      if (looks > 5 && (await isAtRest(system))) break;
      await wait(50);
    }
  }
  throw new Error('no order came by the failpoint');
}

async function stopAndStart(worker: Service | undefined): Promise<void> {
  await worker?.stop();
  await worker?.start();
}

async function allReady(services: readonly Service[]): Promise<void> {
  await Promise.all(services.map((service) => service.ready().catch(() => undefined)));
}
