/** Every boundary where a crash could matter. `FAILPOINTS` knows no others. */
export const FAILPOINT_NAMES = [
  // Inside a transaction before its COMMIT, and after it.
  'place.before-commit',
  'place.after-commit',
  'reserve.before-commit',
  'reserve.after-commit',
  'settle.before-commit',
  'settle.after-commit',
  'refund.before-commit',
  'refund.after-commit',
  'fail.before-commit',
  'fail.after-commit',
  'start.before-commit',
  'start.after-commit',
  'wake.before-commit',
  'wake.after-commit',
  'act.before-commit',
  'act.after-commit',
  'cancel.before-commit',
  'cancel.after-commit',
  'update.before-commit',
  'update.after-commit',
  // Around calls to Redis and to the payment provider.
  'enqueue.before',
  'enqueue.after',
  'charge.before',
  'charge.after',
  'look-up.after',
  'void.before',
  'void.after',
  'refund.before',
  'refund.after',
  // Inside the sweep, the restoration of a lost queue, and the shutdown.
  'sweep.after-claim',
  'sweep.after-enqueue',
  'restore.begun',
  'restore.before-finish',
  'shutdown.begin',
  'shutdown.drained',
] as const;

export type FailpointName = (typeof FAILPOINT_NAMES)[number];
