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
  const line = queues === null ? lineOfOrders(load) : lineOfJobs(queues);
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

function lineOfJobs(queues: readonly QueueCounts[]): Line {
  const line = { waiting: 0, delayed: 0, active: 0, oldestWaitingSeconds: 0 };
  for (const { waiting, delayed, active, oldestWaitingMs } of queues) {
    line.waiting += waiting;
    line.delayed += delayed;
    line.active += active;
    const seconds = (oldestWaitingMs ?? 0) / 1_000;
    line.oldestWaitingSeconds = Math.max(line.oldestWaitingSeconds, seconds);
  }
  return line;
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
