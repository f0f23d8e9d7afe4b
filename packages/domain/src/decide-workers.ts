/** How much there is to do and how fast it grows and shrinks. Rates per second. */
export interface WorkLoad {
  /** Orders that wait for a worker. */
  readonly waiting: number;
  readonly arrivalPerSecond: number;
  readonly completionPerSecond: number;
}

export interface ScalingRules {
  /** How soon a backlog shall be gone. */
  readonly drainSeconds: number;
  /** What one worker gets done. */
  readonly ordersPerSecond: number;
  readonly minWorkers: number;
  readonly maxWorkers: number;
}

/**
 * How many workers keep up with what arrives and have the backlog gone in time. Within the limits,
 * whatever the load.
 */
export function decideWorkers(load: WorkLoad, rules: ScalingRules): number {
  const { drainSeconds, ordersPerSecond, minWorkers, maxWorkers } = rules;
  const perSecond = load.arrivalPerSecond + load.waiting / drainSeconds;
  const wanted = Math.ceil(perSecond / ordersPerSecond);
  return Math.min(Math.max(wanted, minWorkers), maxWorkers);
}

/**
 * Seconds until nothing waits, if all goes on as it does; 0 when nothing waits, null when the line
 * does not get shorter.
 */
export function estimateDrain(load: WorkLoad): number | null {
  if (load.waiting === 0) return 0;
  const shrinkPerSecond = load.completionPerSecond - load.arrivalPerSecond;
  return shrinkPerSecond > 0 ? load.waiting / shrinkPerSecond : null;
}
