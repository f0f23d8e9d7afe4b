import type { Database } from '@orders/database/client';
import type { NewOrder, Placement } from '@orders/database/orders/new-order';
import { placeOrders } from '@orders/database/orders/place-orders';
import { isDataError } from '@orders/database/sql-state';
import { createBatcher } from '@orders/service/batcher';
import { ProblemError } from '../problems/problem-error.ts';
import { withinDeadline } from '../within-deadline.ts';
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

/** One caller. Who gave up while waiting is not placed: he has been told 503. */
interface Submission {
  readonly order: NewOrder;
  abandoned: boolean;
}

/** Lines that one statement writes at most, far within its time-out: 500 orders of ten items. */
const MAX_LINES = 5_000;

export function createIntake(options: IntakeOptions): Intake {
  const { backlog, dispatcher, metrics, deadlineMs } = options;
  let onTheirWay = 0;
  const batcher = createBatcher<Submission, Placement | null>({
    name: 'Order intake',
    maxBatchSize: options.maxBatchSize,
    maxInFlight: options.maxInFlight,
    maxQueue: options.maxQueue,
    maxBatchWeight: MAX_LINES,
    weigh: ({ order }) => order.items.length,
    runBatch: (submissions) => placeBatch(options, submissions),
    // A total beyond what a double holds is the fault of one basket, too.
    isolate: (error) => isDataError(error) || error instanceof RangeError,
    onBatch: metrics.observeBatch,
  });

  return {
    place: async (order) => {
      if (backlog.isFull(onTheirWay))
        throw new ProblemError('overloaded', { headers: { 'retry-after': '5' } });
      const submission: Submission = { order, abandoned: false };
      onTheirWay += 1;
      try {
        const placement = await withinDeadline(batcher.submit(submission), deadlineMs, () => {
          submission.abandoned = true;
          return tooLate();
        });
        if (placement === null) throw tooLate();
        metrics.countPlacement(placement.kind);
        return placement;
      } finally {
        onTheirWay -= 1;
      }
    },
    oldestBatchMs: () => batcher.stats().oldestMs,
    close: async () => {
      await batcher.close();
      await dispatcher.close();
    },
  };
}

async function placeBatch(
  { database, dispatcher, backlog, duplicateWindowSeconds, leaseMs }: IntakeOptions,
  submissions: readonly Submission[],
): Promise<(Placement | null)[]> {
  const present = submissions.filter(({ abandoned }) => !abandoned);
  if (present.length === 0) return submissions.map(() => null);
  const orders = present.map(({ order }) => order);

  const placements = await placeOrders(database, orders, { duplicateWindowSeconds, leaseMs });

  const placed = placements.flatMap((one) => (one.kind === 'placed' ? one.order.id : []));
  backlog.add(placed.length);
  dispatcher.dispatch(placed);
  if (present.length === submissions.length) return placements;
  const results = new Map(present.map((submission, at) => [submission, placements[at] ?? null]));
  return submissions.map((submission) => results.get(submission) ?? null);
}

function tooLate(): ProblemError {
  return new ProblemError('unavailable', {
    detail: 'It is not known whether the order was placed: repeat with the same Idempotency-Key.',
    headers: { 'retry-after': '1' },
  });
}
