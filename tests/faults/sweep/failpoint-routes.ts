import type { FailpointName } from '@orders/service/failpoint-names';
import { askRedis } from '../../harness/ask-redis.ts';
import { setStock } from '../../harness/set-stock.ts';
import type { System } from '../../harness/start-system.ts';
import { cancel, untilStatus } from '../../harness/steer-orders.ts';

/** How a run gets to a failpoint. */
export interface Route {
  /** Which process has to be told. */
  readonly process: 'api' | 'worker';
  /** What its first life dies of, where the failpoint is only met by the life after it. */
  readonly firstLife?: string;
  /** Its end is part of the way. */
  readonly stops?: true;
  /** Sends one more order along the way; resolves when it is on it. */
  readonly drive: (system: System) => Promise<void>;
}

const SCARCE = 'BACKPACK-0002';

const placed: Route = { process: 'api', drive: place() };
const fulfilled: Route = { process: 'worker', drive: place() };
const refunded: Route = { process: 'worker', drive: cancelWhilePaying('hang-after:1') };
const voided: Route = { process: 'worker', drive: cancelWhilePaying('hang-before:1') };
const failing: Route = { process: 'worker', drive: place('500:1') };
const lookedUp: Route = { process: 'worker', drive: place('drop:1') };
const redelivered: Route = {
  process: 'worker',
  firstLife: 'charge.before=kill',
  drive: place(),
};
const swept: Route = { process: 'worker', drive: place('decline-soft:1') };
const woken: Route = { process: 'worker', drive: waitForStock };
const restored: Route = { process: 'worker', drive: loseQueue };
const stopped: Route = { process: 'worker', stops: true, drive: place('delay:300') };

/** Every failpoint has a way to it: a new one without does not compile. */
export const ROUTES: Readonly<Record<FailpointName, Route | null>> = {
  'place.before-commit': placed,
  'place.after-commit': placed,
  'enqueue.before': placed,
  'enqueue.after': placed,
  'reserve.before-commit': fulfilled,
  'reserve.after-commit': fulfilled,
  'charge.before': fulfilled,
  'charge.after': fulfilled,
  'settle.before-commit': fulfilled,
  'settle.after-commit': fulfilled,
  'look-up.after': lookedUp,
  'fail.before-commit': failing,
  'fail.after-commit': failing,
  'start.before-commit': redelivered,
  'start.after-commit': redelivered,
  'void.before': voided,
  'void.after': voided,
  'refund.before': refunded,
  'refund.after': refunded,
  'refund.before-commit': refunded,
  'refund.after-commit': refunded,
  'wake.before-commit': woken,
  'wake.after-commit': woken,
  'sweep.after-claim': swept,
  'sweep.after-enqueue': swept,
  'restore.begun': restored,
  'restore.before-finish': restored,
  'shutdown.begin': stopped,
  'shutdown.drained': stopped,
  'act.before-commit': null,
  'act.after-commit': null,
  'cancel.before-commit': null,
  'cancel.after-commit': null,
  'update.before-commit': null,
  'update.after-commit': null,
};

function place(simulate?: string): Route['drive'] {
  return async ({ client }) => {
    await client.place({ simulate });
  };
}

/** The payment is under way, with an outcome that only the provider knows, when cancel is asked. */
function cancelWhilePaying(simulate: string): Route['drive'] {
  return async (system) => {
    const orderId = await system.client.place({ simulate });
    await untilStatus(system, orderId, ['reserved', 'completed']);
    await cancel(system, orderId);
  };
}

async function waitForStock(system: System): Promise<void> {
  await setStock(system, SCARCE, 0);
  const orderId = await system.client.place({ items: [{ sku: SCARCE, quantity: 1 }] });
  await untilStatus(system, orderId, ['backordered']);
  await setStock(system, SCARCE, 1);
}

async function loseQueue({ client, stores }: System): Promise<void> {
  await client.place({ simulate: 'delay:500' });
  await askRedis(stores.redis.port, 'FLUSHALL');
}
