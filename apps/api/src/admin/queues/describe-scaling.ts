import type { OrderLoad } from '@orders/database/scaling/read-load';
import type { Scaling } from '@orders/domain/contracts/queue';
import { decideWorkers, estimateDrain, type ScalingRules } from '@orders/domain/decide-workers';
import type { QueueCounts } from '@orders/queue/queue-state';

/** What is known of the line, and how many workers it asks for; without Redis told by the orders. */
export function describeScaling(
  load: OrderLoad,
  queues: readonly QueueCounts[] | null,
  rules: ScalingRules,
): Scaling {
  const { arrivalPerSecond, completionPerSecond, workers } = load;
  const line = queues === null ? lineOfOrders(load) : lineOfJobs(queues, load);
  const work = { waiting: line.waiting, arrivalPerSecond, completionPerSecond };
  return {
    ...line,
    arrivalPerSecond,
    completionPerSecond,
    drainSeconds: estimateDrain(work),
    workers,
    desiredWorkers: decideWorkers(work, rules),
    degraded: queues === null,
  };
}

type Line = Pick<Scaling, 'waiting' | 'delayed' | 'active' | 'oldestWaitingSeconds'>;

/**
 * Delayed are the open orders that are not in Redis just now, too: they wait there for nobody, but in
 * PostgreSQL for stock or for their next try.
 */
function lineOfJobs(
  queues: readonly QueueCounts[],
  { pending, backordered, underWay }: OrderLoad,
): Line {
  const line = { waiting: 0, delayed: 0, active: 0, oldestWaitingSeconds: 0 };
  let delayedJobs = 0;
  for (const { waiting, delayed, active, oldestWaitingMs } of queues) {
    line.waiting += waiting;
    delayedJobs += delayed;
    line.active += active;
    const seconds = (oldestWaitingMs ?? 0) / 1_000;
    line.oldestWaitingSeconds = Math.max(line.oldestWaitingSeconds, seconds);
  }
  const elsewhere = pending + backordered + underWay - line.waiting - line.active;
  return { ...line, delayed: Math.max(delayedJobs, elsewhere) };
}

/** What the jobs would be if they could be seen: nearly the same, told by the orders' statuses. */
function lineOfOrders({ pending, backordered, underWay, oldestPendingSeconds }: OrderLoad): Line {
  return {
    waiting: pending,
    delayed: backordered,
    active: underWay,
    oldestWaitingSeconds: oldestPendingSeconds ?? 0,
  };
}
