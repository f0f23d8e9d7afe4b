import type { Database } from '@orders/database/client';
import type { NewOrder, Placement } from '@orders/database/orders/new-order';
import { placeOrders } from '@orders/database/orders/place-orders';
import { createPriceMemory, type PriceMemory } from '@orders/database/orders/price-memory';
import { isDataError } from '@orders/database/sql-state';
import { createBatcher } from '@orders/service/batcher';
import { ProblemError } from '../problems/problem-error.ts';
import type { Backlog } from './backlog.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { IntakeMetrics } from './intake-metrics.ts';

export interface IntakeOptions {
  readonly database: Database;
  readonly dispatcher: Dispatcher;
  readonly backlog: Backlog;
  readonly metrics: IntakeMetrics;
  readonly duplicateWindowSeconds: number;
  readonly maxBatchSize: number;
  readonly maxInFlight: number;
  readonly maxQueue: number;
  /** The longest a caller waits, whatever PostgreSQL does. */
  readonly deadlineMs: number;
  /** When a sweeper looks at an order that no worker has taken. */
  readonly leaseMs: number;
  /** How many clients have connected so far. */
  readonly arrivals: () => number;
}

export interface Intake {
  /**
   * Places one order together with those that arrive at the same time. When it resolves, what it
   * says is committed, and a placed order is on its way to the queue.
   *
   * @throws OverloadError or ProblemError `overloaded` when too much waits; ProblemError
   *   `unavailable` after the deadline, when the order may or may not exist; what PostgreSQL threw
   */
  place(order: NewOrder): Promise<Placement>;
  /** How long the oldest batch under way has been so, in milliseconds; 0 when there is none. */
  oldestBatchMs(): number;
  /** Takes nothing new; resolves when all is committed and dispatched, or has failed. */
  close(): Promise<void>;
}

/** Lines that one statement writes at most, far within its time-out: 500 orders of ten items. */
const MAX_LINES = 5_000;

export function createIntake(options: IntakeOptions): Intake {
  const { backlog, dispatcher, metrics, deadlineMs } = options;
  const memory = createPriceMemory();
  const batcher = createBatcher<NewOrder, Placement>({
    name: 'Order intake',
    maxBatchSize: options.maxBatchSize,
    maxInFlight: options.maxInFlight,
    maxQueue: options.maxQueue,
    maxBatchWeight: MAX_LINES,
    weigh: ({ items }) => items.length,
    runBatch: (orders) => placeBatch({ ...options, memory }, orders),
    // A total beyond what a double holds is the fault of one basket, too.
    isolate: (error) => isDataError(error) || error instanceof RangeError,
    onBatch: metrics.observeBatch,
    arrivals: options.arrivals,
    patience: { deadlineMs, onLate: tooLate },
  });

  return {
    place: (order) =>
      backlog.isFull(batcher.pending())
        ? Promise.reject(new ProblemError('overloaded', { headers: { 'retry-after': '5' } }))
        : batcher.submit(order),
    oldestBatchMs: () => batcher.stats().oldestMs,
    close: async () => {
      await batcher.close();
      await dispatcher.close();
    },
  };
}

async function placeBatch(
  {
    database,
    dispatcher,
    backlog,
    metrics,
    ...rules
  }: IntakeOptions & { readonly memory: PriceMemory },
  orders: readonly NewOrder[],
): Promise<Placement[]> {
  const placements = await placeOrders(database, orders, rules);
  const placed: string[] = [];
  for (const placement of placements) {
    metrics.countPlacement(placement.kind);
    if (placement.kind === 'placed') placed.push(placement.order.id);
  }
  backlog.add(placed.length);
  dispatcher.dispatch(placed);
  return placements;
}

function tooLate(): ProblemError {
  return new ProblemError('unavailable', {
    detail: 'It is not known whether the order was placed: repeat with the same Idempotency-Key.',
    headers: { 'retry-after': '1' },
  });
}
