import type { Order } from '@orders/domain/contracts/order';
import { priceOrder } from '@orders/domain/price-order';
import type { Connection, Database } from '../client.ts';
import { isReplyLost } from '../sql-state.ts';
import { inTransaction, RunAgain } from '../transaction.ts';
import { insertOrders, toPlacedOrder } from './insert-orders.ts';
import { lockGuards } from './lock-guards.ts';
import { basketOf, type Found, keyOf, lookUpOwn, lookUpPlacements } from './look-up-placements.ts';
import type { AcceptedOrder, NewOrder, Placement } from './new-order.ts';
import { UnknownStatusError } from './order-row.ts';
import { readOrders } from './read-order.ts';

export interface PlaceOrdersOptions {
  /** How long an equal basket of the same customer is refused; 0 switches the rule off. */
  readonly duplicateWindowSeconds: number;
  /** When a sweeper looks at an order that no worker has taken; that of production without it. */
  readonly leaseMs?: number;
}

type Verdict =
  | Exclude<Placement, { kind: 'placed' | 'replayed' | 'unread' }>
  | { readonly kind: 'insert'; readonly order: AcceptedOrder }
  | { readonly kind: 'existing'; readonly orderId: string; readonly own: boolean };

/**
 * Places a batch of orders in one transaction, with one result per element at its place.
 *
 * The outcome is as if the elements had been placed one after the other: the same key gives the
 * same order, a basket equal to a live one of the same customer within the window is refused.
 * When it resolves, everything it reports is committed. A reply to COMMIT that got lost is
 * repeated with the same ids; finding one's own id then is success.
 *
 * @throws when PostgreSQL cannot be reached or an element's data is refused by it (SQLSTATE 22…)
 */
export async function placeOrders(
  database: Database,
  orders: readonly NewOrder[],
  options: PlaceOrdersOptions,
): Promise<Placement[]> {
  const run: Run = { repeated: false, reachedCommit: false };
  try {
    return await placeOnce(database, orders, options, run);
  } catch (error) {
    // What never got to COMMIT is not there: its caller is told at once, not after a second wait.
    if (!run.reachedCommit || !isReplyLost(error)) throw error;
    return placeOnce(database, orders, options, { ...run, repeated: true });
  }
}

interface Run {
  /** Some of the orders may be there already, placed by an earlier run. */
  repeated: boolean;
  reachedCommit: boolean;
}

async function placeOnce(
  database: Database,
  orders: readonly NewOrder[],
  options: PlaceOrdersOptions,
  run: Run,
): Promise<Placement[]> {
  const { verdicts, placedAt } = await inTransaction(
    database,
    async (tx) => {
      run.reachedCommit = false;
      await lockGuards(tx, orders, options.duplicateWindowSeconds > 0);
      // A new statement: its snapshot begins after the guards are ours.
      const decided = await decidePlacements(tx, orders, options, run.repeated);
      const accepted = decided.flatMap((verdict) =>
        verdict.kind === 'insert' ? verdict.order : [],
      );
      if (accepted.length === 0) return { verdicts: decided, placedAt: new Date() };
      const inserted = await insertOrders(tx, accepted, options.leaseMs);
      if (inserted.count < accepted.length) {
        // Another process took one of the keys meanwhile, or a run given up for lost has ended
        // well after all and took the ids: look again, now seeing it.
        run.repeated = true;
        throw new RunAgain('an idempotency key was taken');
      }
      run.reachedCommit = true;
      return { verdicts: decided, placedAt: inserted.at };
    },
    { step: 'place', orderIds: orders.map(({ id }) => id) },
  );
  return answer(database, verdicts, placedAt);
}

async function decidePlacements(
  tx: Connection,
  orders: readonly NewOrder[],
  options: PlaceOrdersOptions,
  repeated: boolean,
): Promise<Verdict[]> {
  const found = await lookUpPlacements(tx, orders, options);
  const seen: Seen = { ...found, own: repeated ? await lookUpOwn(tx, orders) : new Map() };
  return orders.map((order) => decidePlacement(order, seen, options));
}

interface Seen extends Found {
  readonly own: ReadonlyMap<string, unknown>;
}

/** Decides one element and remembers it in `seen`, so that the next one finds it there. */
function decidePlacement(order: NewOrder, seen: Seen, options: PlaceOrdersOptions): Verdict {
  if (seen.own.has(order.id)) return { kind: 'existing', orderId: order.id, own: true };
  const key = order.idempotencyKey === null ? null : keyOf(order.customerId, order.idempotencyKey);
  const earlier = key === null ? undefined : seen.keys.get(key);
  if (earlier !== undefined) {
    if (earlier.requestHash !== order.requestHash) return { kind: 'key-reused' };
    return { kind: 'existing', orderId: earlier.orderId, own: false };
  }
  const basket = basketOf(order.customerId, order.fingerprint);
  const twin = order.allowDuplicate ? undefined : seen.duplicates.get(basket);
  if (twin !== undefined) return { kind: 'duplicate', existingOrderId: twin };

  const pricing = priceOrder(order.items, seen.catalogue, order.expectedTotal);
  if (pricing.kind !== 'priced') return pricing;
  if (key !== null) seen.keys.set(key, { orderId: order.id, requestHash: order.requestHash });
  if (options.duplicateWindowSeconds > 0) seen.duplicates.set(basket, order.id);
  const accepted = { ...order, pricedItems: pricing.items, totalMinor: pricing.totalMinor };
  return { kind: 'insert', order: accepted };
}

/**
 * After COMMIT: orders that were placed are known; those that existed are read as they are now. Never
 * throws, since a placed order must not be told that it was not because another could not be read.
 */
async function answer(
  database: Database,
  verdicts: readonly Verdict[],
  placedAt: Date,
): Promise<Placement[]> {
  const existing = verdicts.flatMap((v) => (v.kind === 'existing' ? v.orderId : []));
  const found = await readExisting(database, existing);
  return verdicts.map((verdict): Placement => {
    switch (verdict.kind) {
      case 'insert':
        return { kind: 'placed', order: toPlacedOrder(verdict.order, placedAt) };
      case 'existing': {
        const order = found.get(verdict.orderId);
        if (order === undefined || order instanceof Error) {
          const error = order ?? new Error(`order ${verdict.orderId} was there and is gone`);
          return { kind: 'unread', error };
        }
        return { kind: verdict.own ? 'placed' : 'replayed', order };
      }
      default:
        return verdict;
    }
  });
}

async function readExisting(
  database: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Order | Error>> {
  if (ids.length === 0) return new Map();
  try {
    return await readOrders(database.prisma, ids);
  } catch (error) {
    // Of a newer version, which may be only one of them.
    if (error instanceof UnknownStatusError && ids.length > 1) {
      const each: [string, Order | Error | undefined][] = [];
      for (const id of ids) each.push([id, (await readExisting(database, [id])).get(id)]);
      return new Map(each.flatMap(([id, order]) => (order === undefined ? [] : [[id, order]])));
    }
    const reason = error instanceof Error ? error : new Error('not read', { cause: error });
    return new Map(ids.map((id) => [id, reason]));
  }
}
