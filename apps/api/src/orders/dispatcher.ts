import { markDue } from '@orders/database/orders/mark-due';
import type { Database } from '@orders/database/client';
import type { EnqueueResult, Producer } from '@orders/queue/producer';
import type { Failpoints } from '@orders/service/failpoints';
import type { Logger } from '@orders/service/logger';
import type { Counter, Metrics } from '@orders/service/metrics';

/** The first reason to run an order. */
const FIRST_DISPATCH = 1;
/** After Redis failed it is left alone for this long; then one batch tries it. */
const REST_MS = 1_000;
/** A hung Redis answers none of them: this bounds what they keep in memory. */
const MAX_UNDER_WAY = 32;

export interface Dispatcher {
  /**
   * Puts orders that were just committed into the queue. Returns at once and never throws: nobody
   * waits for Redis. What does not get there within the deadline is left to the sweeper.
   */
  dispatch(orderIds: readonly string[]): void;
  /** Resolves when nothing is under way any more. */
  close(): Promise<void>;
}

export interface DispatcherOptions {
  readonly producer: Producer;
  readonly database: Database;
  readonly deadlineMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly failpoints: Failpoints;
}

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { producer, deadlineMs, failpoints } = options;
  const count = createCounter(options.metrics);
  const underWay = new Set<Promise<void>>();
  let restUntilMs = 0;
  let failing = false;

  async function enqueue(orderIds: readonly string[]): Promise<boolean> {
    if (performance.now() < restUntilMs || underWay.size >= MAX_UNDER_WAY) return false;
    const jobs = orderIds.map((orderId) => ({ orderId, dispatch: FIRST_DISPATCH }));
    const result = await producer.enqueue(jobs, { deadlineMs });
    if (result.kind === 'failed') restUntilMs = performance.now() + REST_MS;
    logChange(result);
    return result.kind === 'enqueued';
  }

  function logChange(result: EnqueueResult): void {
    if (failing === (result.kind === 'failed')) return;
    failing = !failing;
    if (result.kind === 'enqueued') options.logger.info('New orders are enqueued again.');
    else options.logger.warn({ err: result.error }, 'New orders are left to the sweeper.');
  }

  async function run(orderIds: readonly string[]): Promise<void> {
    try {
      await failpoints.hit('enqueue.before', orderIds);
      const enqueued = await enqueue(orderIds);
      await failpoints.hit('enqueue.after', orderIds);
      count.inc({ result: enqueued ? 'enqueued' : 'left_to_sweeper' }, orderIds.length);
      if (!enqueued) await markDue(options.database, orderIds);
    } catch (error) {
      // Their next check is set in any case, and a sweeper will come by then.
      options.logger.warn({ err: error, orders: orderIds.length }, 'Orders wait for their check.');
    }
  }

  return {
    dispatch: (orderIds) => {
      if (orderIds.length === 0) return;
      const running = run(orderIds).finally(() => underWay.delete(running));
      underWay.add(running);
    },
    close: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

function createCounter(metrics: Metrics): Counter<'result'> {
  return metrics.counter({
    name: 'orders_dispatched_total',
    help: 'Orders put into the queue after they were placed, or left to the sweeper',
    labelNames: ['result'],
  });
}
