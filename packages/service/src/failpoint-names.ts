/** Every boundary where a crash could matter. `FAILPOINTS` knows no others. */
export const FAILPOINT_NAMES = [
  'place.before-commit',
  'place.after-commit',
  'enqueue.before',
  'enqueue.after',
  'reserve.before-commit',
  'reserve.after-commit',
  'charge.before',
  'charge.after',
  'settle.before-commit',
  'settle.after-commit',
  'refund.before',
  'refund.after',
  'void.before',
  'void.after',
  'sweep.after-claim',
  'sweep.after-enqueue',
  'shutdown.begin',
] as const;

export type FailpointName = (typeof FAILPOINT_NAMES)[number];
