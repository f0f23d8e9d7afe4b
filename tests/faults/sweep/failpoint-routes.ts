import type { FailpointName } from '@orders/service/failpoint-names';
import {
  adjustOnce,
  cancelWhilePaying,
  changeWhileWaiting,
  type Drive,
  expectDelivered,
  loseQueue,
  place,
  receiveDelivery,
  redriveRefused,
  waitForStock,
} from './drives.ts';

/** How a run gets to a failpoint. */
export interface Route {
  /** Which process has to be told. */
  readonly process: 'api' | 'worker';
  /** What its first life dies of, where the failpoint is only met by the life after it. */
  readonly firstLife?: string;
  /** Its end is part of the way. */
  readonly stops?: true;
  readonly drive: Drive;
  /** What must be true when all is over, beside the invariants. */
  readonly after?: Drive;
}

const placed: Route = { process: 'api', drive: place() };
const cancelled: Route = { process: 'api', drive: cancelWhilePaying('delay:300') };
const updated: Route = { process: 'api', drive: changeWhileWaiting };
const redriven: Route = { process: 'api', drive: redriveRefused };
const adjusted: Route = { process: 'api', drive: adjustOnce };
const fulfilled: Route = { process: 'worker', drive: place() };
const refunded: Route = { process: 'worker', drive: cancelWhilePaying('hang-after:1') };
const voided: Route = { process: 'worker', drive: cancelWhilePaying('hang-before:1') };
const failing: Route = { process: 'worker', drive: place('500:1') };
const lookedUp: Route = { process: 'worker', drive: place('drop:1') };
const redelivered: Route = { process: 'worker', firstLife: 'charge.before=kill', drive: place() };
const swept: Route = { process: 'worker', drive: place('decline-soft:1') };
const woken: Route = { process: 'worker', drive: waitForStock };
const restored: Route = { process: 'worker', drive: loseQueue };
const synced: Route = { process: 'worker', drive: receiveDelivery, after: expectDelivered };
const stopped: Route = { process: 'worker', stops: true, drive: place('delay:300') };

/** Every failpoint has a way to it: a new one without does not compile. */
export const ROUTES: Readonly<Record<FailpointName, Route>> = {
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
  'look-up.before': lookedUp,
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
  'act.before-commit': redriven,
  'act.after-commit': redriven,
  'cancel.before-commit': cancelled,
  'cancel.after-commit': cancelled,
  'update.before-commit': updated,
  'update.after-commit': updated,
  'adjust.before-commit': adjusted,
  'adjust.after-commit': adjusted,
  'sync-claim.before-commit': synced,
  'sync-claim.after-commit': synced,
  'sync-apply.before-commit': synced,
  'sync-apply.after-commit': synced,
  'sync-finish.before-commit': synced,
  'sync-finish.after-commit': synced,
  'warehouse.before': synced,
  'warehouse.after': synced,
};
