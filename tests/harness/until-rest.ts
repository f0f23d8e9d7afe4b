import { waitUntil } from '@orders/local-services/wait-until';
import type { System } from './start-system.ts';

interface OpenOrder {
  readonly id: string;
  readonly status: string;
  readonly dispatch: number;
  readonly attempts: number;
  readonly starts: number;
  readonly next_check_ms: number | null;
  readonly refund_open: boolean;
}

export interface RestOptions {
  readonly timeoutMs?: number;
  /** Backordered orders may go on waiting; they may not without it. */
  readonly butBackordered?: boolean;
  /** Only these orders matter. */
  readonly orderIds?: readonly string[];
}

/**
 * Waits until no order is under way any more and no refund is owed, and returns how many seconds
 * that took.
 *
 * @throws with the orders that are still under way, and how they stand
 */
export async function untilRest(system: System, options: RestOptions = {}): Promise<number> {
  const since = performance.now();
  const { timeoutMs = 60_000 } = options;
  try {
    await waitUntil(async () => (await readOpen(system, options)).length === 0, {
      what: 'all orders to come to rest',
      timeoutMs,
      intervalMs: 50,
    });
  } catch (error) {
    const open = await readOpen(system, options);
    if (open.length === 0) throw error;
    const lines = open.slice(0, 10).map((order) => JSON.stringify(order));
    const message = `after ${timeoutMs} ms ${open.length} orders are still under way:`;
    throw new Error([message, ...lines].join('\n'), { cause: error });
  }
  return (performance.now() - since) / 1_000;
}

/** Whether no order is under way now. */
export async function isAtRest(system: System): Promise<boolean> {
  return (await readOpen(system, {})).length === 0;
}

function readOpen(
  { database }: System,
  { butBackordered = false, orderIds }: RestOptions,
): Promise<OpenOrder[]> {
  const some = orderIds ?? [];
  return database.prisma.$queryRaw<OpenOrder[]>`
    SELECT id, status, dispatch, attempts, starts,
           round(extract(epoch FROM next_check_at - now()) * 1000)::int AS next_check_ms, refund_open
      FROM (SELECT o.*, EXISTS (SELECT FROM refunds r WHERE r.order_id = o.id AND r.refunded_at IS NULL)
                         AND o.status <> 'failed' AS refund_open
              FROM orders o
             WHERE ${orderIds === undefined} OR id = ANY(${some}::uuid[])) o
     WHERE refund_open OR status IN ('pending', 'reserved', 'cancelling')
        OR (status = 'backordered' AND NOT ${butBackordered})`;
}

/** How many orders are in which status. */
export async function countByStatus({ database }: System): Promise<Record<string, number>> {
  const groups = await database.prisma.order.groupBy({ by: ['status'], _count: true });
  return Object.fromEntries(groups.map(({ status, _count }) => [status, _count]));
}
