import { setTimeout as wait } from 'node:timers/promises';
import type { FailpointName } from '@orders/service/failpoint-names';
import type { Service } from '../../harness/service.ts';
import type { System } from '../../harness/start-system.ts';
import { untilRest } from '../../harness/until-rest.ts';
import { ROUTES, type Route } from './failpoint-routes.ts';

export interface FailpointCase {
  readonly failpoint: FailpointName;
  readonly action: 'kill' | 'throw' | 'hang';
  readonly workers: 1 | 2;
}

export interface FailpointResult {
  /** From the moment it struck to the rest of all orders. */
  readonly recoverySeconds: number;
  readonly violations: readonly string[];
}

/** With two workers either may take the order: so often is it tried until the right one does. */
const MAX_ORDERS = 20;
const REST_MS = 60_000;

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
  if (route === null) throw new Error(`there is no way to ${failpoint}`);
  const spec = `${failpoint}=${action}`;
  const lives = route.firstLife === undefined ? [spec] : [route.firstLife, spec];
  const struck =
    route.process === 'api'
      ? await restartApi(system, spec)
      : await system.addWorker({ failpoints: lives, restartMs: 300 });
  const others = workers === 2 || route.process === 'api' ? workers - (route.process === 'api' ? 0 : 1) : 0;
  const helpers: Service[] = [];
  for (let n = 0; n < others; n += 1) {
    helpers.push(await system.addWorker(route.firstLife === undefined ? {} : { failpoints: [spec] }));
  }
  const started = route.process === 'api' ? helpers : [struck, ...helpers];
  try {
    // One that is struck while it starts is not ready in that life.
    await Promise.all(started.map((worker) => worker.ready().catch(() => undefined)));
    const struckAt = await driveUntilStruck(system, route, [struck, ...helpers], spec);
    await untilRest(system, { timeoutMs: REST_MS });
    const recoverySeconds = (performance.now() - struckAt) / 1_000;
    await Promise.all([struck, ...helpers].map((service) => service.ready().catch(() => undefined)));
    return { recoverySeconds, violations: await system.violations() };
  } finally {
    await Promise.all(started.map((worker) => worker.stop(2_000)));
  }
}

async function restartApi({ api }: System, spec: string): Promise<Service> {
  await api.stop();
  await api.start([spec]);
  return api;
}

/** Resolves with the time at which the failpoint struck. */
async function driveUntilStruck(
  system: System,
  route: Route,
  services: readonly Service[],
  spec: string,
): Promise<number> {
  const line = `failpoint ${spec.replace('=', ': ')}`;
  const from = await Promise.all(services.map(async (service) => (await service.log()).length));
  const isStruck = async (): Promise<boolean> => {
    const logs = await Promise.all(services.map((service) => service.log()));
    return logs.some((log) => log.includes(line));
  };
  void from;
  for (let orders = 0; orders < MAX_ORDERS; orders += 1) {
    await route.drive(system);
    if (route.stops === true) {
      const [worker] = services;
      await worker?.stop();
      await worker?.start();
    }
    const until = performance.now() + 5_000;
    while (performance.now() < until) {
      if (await isStruck()) return performance.now();
      await wait(50);
    }
  }
  throw new Error(`no order came by ${spec}`);
}
