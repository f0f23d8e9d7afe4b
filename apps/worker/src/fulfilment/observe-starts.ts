import type { Beginning, OrderRun } from '@orders/database/orders/begin-orders';
import { timeOfId } from '@orders/domain/order-id';
import type { WorkerMetrics } from '../metrics.ts';

/** The first reason to run an order is to be placed. */
const FIRST_DISPATCH = 1;

/**
 * Times how long orders waited for a worker: those that begin for the first time. By the clocks of
 * the api, which made their ids, and of this process.
 */
export function observeStarts(
  metrics: Pick<WorkerMetrics, 'timeToStart'>,
  runs: readonly OrderRun[],
  beginnings: readonly Beginning[],
  nowMs: number,
): void {
  for (const [place, { orderId, dispatch }] of runs.entries()) {
    const beginning = beginnings[place];
    const isFirst =
      dispatch === FIRST_DISPATCH &&
      beginning?.kind === 'call' &&
      beginning.call.kind === 'charge' &&
      !beginning.call.lookUpFirst;
    if (isFirst) metrics.timeToStart.observe(Math.max(0, nowMs - timeOfId(orderId)) / 1_000);
  }
}
