import type { BasketItem } from '@orders/domain/basket';
import { decideReservation } from '@orders/domain/decide';
import type { RetryPolicy } from '@orders/domain/retry-policy';
import type { Database } from '../client.ts';
import { textArray } from '../sql-array.ts';
import type { OrderRun } from './begin-orders.ts';
import { moveAsSeen } from './move-as-seen.ts';
import type { OrderStep } from './move-orders.ts';
import {
  SEEN_COLUMNS,
  type SeenOrder,
  type SeenOrderRow,
  toSeenOrder,
  toState,
} from './seen-order.ts';

/** An order that wants stock, and what there is of it. */
interface Wanting {
  readonly order: SeenOrder;
  readonly items: readonly (BasketItem & {
    readonly available: number;
    readonly waitedFor: boolean;
  })[];
}

/**
 * Reserves the stock of new orders where there is no question who gets it: of SKUs that suffice for
 * the whole batch and that nobody waits for. Read without locks, then moved by one statement that
 * judges both again. Returns the steps that were taken, by order; for all others nothing is decided.
 */
export async function reservePlenty(
  database: Database,
  runs: readonly OrderRun[],
  policy: RetryPolicy,
): Promise<ReadonlyMap<string, OrderStep>> {
  const wanting = await readWanting(database, runs);
  const plenty = wanting.filter(({ order }) => isNew(order)).filter(isServed(wanting));
  const steps = plenty.flatMap(({ order, items }): OrderStep[] => {
    const circumstances = { now: order.readAt, random: 0, policy };
    const decision = decideReservation(toState(order, 'none'), ALLOCATED, circumstances);
    return decision.kind === 'step' ? [{ order, step: decision.step, items, actor: 'system' }] : [];
  });
  if (steps.length === 0) return new Map();
  const options = { pickedUp: true, onlyFromPlenty: true };
  const moved = await moveAsSeen(database, steps, 'reserve', options);
  return new Map(
    steps.filter(({ order }) => moved.has(order.id)).map((step) => [step.order.id, step]),
  );
}

const ALLOCATED = { kind: 'allocated' } as const;

/** It has neither waited nor been charged: nothing else has to be known of it. */
function isNew({ status, attempt }: SeenOrder): boolean {
  return status === 'pending' && attempt === 0;
}

/** Whether there is enough of all that an order wants for all that want it. */
function isServed(wanting: readonly Wanting[]): (each: Wanting) => boolean {
  const wanted = new Map<string, number>();
  for (const { sku, quantity } of wanting.flatMap(({ items }) => items)) {
    wanted.set(sku, (wanted.get(sku) ?? 0) + quantity);
  }
  return ({ items }) =>
    items.every(
      ({ sku, available, waitedFor }) => !waitedFor && available >= (wanted.get(sku) ?? 0),
    );
}

type ItemColumns = [sku: string, quantity: number, available: number, waitedFor: boolean | null];

/** Those of the runs' orders that have no stock yet and are not run anew by a later dispatch. */
async function readWanting({ prisma }: Database, runs: readonly OrderRun[]): Promise<Wanting[]> {
  const dispatches = new Map<string, number>();
  for (const { orderId, dispatch } of runs) {
    dispatches.set(orderId, Math.max(dispatch, dispatches.get(orderId) ?? 0));
  }
  const rows = await prisma.$queryRaw<(SeenOrderRow & { items: ItemColumns[] | null })[]>`
    SELECT ${SEEN_COLUMNS},
           (SELECT json_agg(json_build_array(i.sku, i.quantity, COALESCE(s.on_hand - s.reserved, 0),
                                             (SELECT true FROM backorders b WHERE b.sku = i.sku LIMIT 1)))
              FROM order_items i LEFT JOIN inventory s USING (sku)
             WHERE i.order_id = o.id) AS items
      FROM orders o
     WHERE id = ANY(${textArray(Array.from(dispatches.keys()))}::uuid[])`;
  return rows.flatMap((row) => {
    const { status } = row;
    if (status !== 'pending' && status !== 'backordered') return [];
    if (row.dispatch > (dispatches.get(row.id) ?? 0)) return [];
    const items = (row.items ?? []).map(([sku, quantity, available, waitedFor]) => {
      return { sku, quantity, available, waitedFor: waitedFor === true };
    });
    return { order: toSeenOrder(row, status), items };
  });
}
