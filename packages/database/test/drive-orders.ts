import { type Beginning, beginOrders, type OrderRun } from '@orders/database/orders/begin-orders';
import type { NewOrder } from '@orders/database/orders/new-order';
import { placeOrders } from '@orders/database/orders/place-orders';
import { type Settled, type Settlement, settleOrders } from '@orders/database/orders/settle-orders';
import type { PaymentOutcome } from '@orders/domain/decision';
import { PRODUCTION_RETRY_POLICY, type RetryPolicy } from '@orders/domain/retry-policy';
import { addProduct } from './add-product.ts';
import { makeOrder, times } from './make-order.ts';
import type { TestDatabase } from './start-database.ts';

export const POLICY: RetryPolicy = PRODUCTION_RETRY_POLICY;

/** Places orders in one batch, none of which may be refused; returns their ids. */
export async function place(database: TestDatabase, orders: NewOrder[]): Promise<string[]> {
  const placements = await placeOrders(database, orders, { duplicateWindowSeconds: 10_800 });
  return placements.map((placement) => {
    if (placement.kind !== 'placed') throw new Error(`refused: ${JSON.stringify(placement)}`);
    return placement.order.id;
  });
}

/** Places orders of two SKUs out of eight, {A,B} beside {B,A}, of which there is plenty. */
export async function placeCrossing(database: TestDatabase, count: number): Promise<string[]> {
  const skus = times(8, (n) => `CROSS-${n}`);
  for (const sku of skus) await addProduct(database, sku, 100_000);
  return place(
    database,
    times(count, (n) => {
      const [a = '', b = ''] = [skus[n % 8], skus[(n * 3 + 1 + (n % 5)) % 8]];
      return makeOrder({ items: a === b ? { [a]: 1 } : { [a]: 1, [b]: 2 } });
    }),
  );
}

/** The runs that a sweeper would dispatch now. */
export async function readRuns(database: TestDatabase, ids: string[]): Promise<OrderRun[]> {
  const rows = await database.sql<{ id: string; dispatch: number }>(
    'SELECT id, dispatch FROM orders WHERE id = ANY($1)',
    [ids],
  );
  const dispatches = new Map(rows.map(({ id, dispatch }) => [id, dispatch]));
  return ids.map((orderId) => ({ orderId, dispatch: dispatches.get(orderId) ?? 0 }));
}

/** Begins runs of orders in one batch, with the dispatch that each has now. */
export async function begin(
  database: TestDatabase,
  ids: string[],
  policy: RetryPolicy = POLICY,
): Promise<Beginning[]> {
  return beginOrders(database, await readRuns(database, ids), policy);
}

/** Settles the first or another attempt of orders with the same outcome each. */
export function settle(
  database: TestDatabase,
  ids: string[],
  outcome: 'captured' | PaymentOutcome,
  attempt = 1,
): Promise<Settled[]> {
  const settlements = ids.map((orderId) => ({
    orderId,
    attempt,
    result:
      outcome === 'captured'
        ? { kind: 'captured' as const, chargeId: `charge-of-${orderId}-${attempt}` }
        : outcome,
  }));
  return settleOrders(database, settlements, POLICY);
}

/** What the run that has begun an order hands on to its settlement. */
export function handOn(beginning: Beginning | undefined): Pick<Settlement, 'reserved'> {
  const reserved = beginning?.kind === 'call' ? beginning.reserved : undefined;
  return reserved === undefined ? {} : { reserved };
}

/** That the first attempt of an order has been paid, as the run that has begun it reports it. */
export function captured(orderId: string, beginning: Beginning | undefined): Settlement {
  const result = { kind: 'captured', chargeId: `charge-of-${orderId}-1` } as const;
  return { orderId, attempt: 1, result, ...handOn(beginning) };
}

/** Statuses by id, in the order of the ids. */
export async function readStatuses(database: TestDatabase, ids: string[]): Promise<string[]> {
  const rows = await database.sql<{ id: string; status: string }>(
    'SELECT id, status FROM orders WHERE id = ANY($1)',
    [ids],
  );
  const statuses = new Map(rows.map(({ id, status }) => [id, status]));
  return ids.map((id) => statuses.get(id) ?? 'missing');
}

/** The stock of a SKU. */
export async function readStock(
  { sql }: TestDatabase,
  sku: string,
): Promise<{ on_hand: number; reserved: number; sold: number } | undefined> {
  const [row] = await sql<{ on_hand: number; reserved: number; sold: number }>(
    'SELECT on_hand::int, reserved::int, sold::int FROM inventory WHERE sku = $1',
    [sku],
  );
  return row;
}
