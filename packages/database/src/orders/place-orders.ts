import { setTimeout as delay } from 'node:timers/promises';
import type { Order } from '@orders/domain/contracts/order';
import { priceOrder } from '@orders/domain/price-order';
import type { Connection, Database } from '../client.ts';
import { isContention, isReplyLost } from '../sql-state.ts';
import { insertOrders, toPlacedOrder } from './insert-orders.ts';
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
  | ({ readonly kind: 'insert' } & AcceptedOrder)
  | { readonly kind: 'existing'; readonly orderId: string; readonly own: boolean };

/** How often what is left of a batch is decided anew because somebody was faster. */
const MAX_TRIES = 6;

/**
 * Places a batch of orders in two statements, with one result per element at its place: one that
 * looks up what decides about them, and one that writes those of which it is still so.
 *
 * The outcome is as if the elements had been placed one after the other: the same key gives the
 * same order, a basket equal to a live one of the same customer within the window is refused.
 * When it resolves, everything it reports is committed. A batch that was written in part, or whose
 * reply got lost, is looked at again with the same ids; finding one's own id then is success. When it
 * rejects, some may be written: it may be called again with the same ids, in other batches, too.
 *
 * @throws when PostgreSQL cannot be reached or an element's data is refused by it (SQLSTATE 22…)
 */
export async function placeOrders(
  database: Database,
  orders: readonly NewOrder[],
  options: PlaceOrdersOptions,
): Promise<Placement[]> {
  let mayBeThere = false;
  let repliesLost = 0;
  let cause: unknown;
  for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
    const verdicts = await decidePlacements(database.prisma, orders, options, mayBeThere);
    const accepted = verdicts.filter((verdict) => verdict.kind === 'insert');
    if (accepted.length === 0) return answer(database, verdicts, new Date());
    const written = await write(database, orders, accepted, options);
    if (written.kind === 'all') return answer(database, verdicts, written.at);
    if (written.kind === 'reply-lost') repliesLost += 1;
    if (repliesLost > 1) throw written.error;
    cause = written.error;
    // Another process took one of the keys or baskets meanwhile, or a statement given up for lost has
    // ended well after all and took the ids.
    mayBeThere = true;
    if (tries > 1) await delay(Math.random() * 10 * 2 ** tries);
  }
  throw new Error(`others were faster than this batch ${MAX_TRIES} times`, { cause });
}

type Written =
  | { readonly kind: 'all'; readonly at: Date }
  | { readonly kind: 'not-all' | 'reply-lost'; readonly error: unknown };

/** In one statement, which is a transaction of its own. */
async function write(
  { prisma, failpoint }: Database,
  orders: readonly NewOrder[],
  accepted: readonly AcceptedOrder[],
  options: PlaceOrdersOptions,
): Promise<Written> {
  const ids = orders.map(({ id }) => id);
  await failpoint?.('place.before-commit', ids);
  try {
    const { count, at } = await insertOrders(prisma, accepted, options);
    await failpoint?.('place.after-commit', ids);
    return count === accepted.length ? { kind: 'all', at } : { kind: 'not-all', error: null };
  } catch (error) {
    if (isContention(error)) return { kind: 'not-all', error };
    if (isReplyLost(error)) return { kind: 'reply-lost', error };
    throw error;
  }
}

async function decidePlacements(
  connection: Connection,
  orders: readonly NewOrder[],
  options: PlaceOrdersOptions,
  mayBeThere: boolean,
): Promise<Verdict[]> {
  const found = await lookUpPlacements(connection, orders, options);
  // Afterwards: what is committed between the two is one's own, not somebody else's. So may be what was
  // found: of a batch that was written in part and then split.
  const ask = mayBeThere || found.keys.size > 0 || found.duplicates.size > 0;
  const own = ask ? await lookUpOwn(connection, orders) : new Map<string, unknown>();
  const seen: Seen = { ...found, own };
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
  return { kind: 'insert', order, items: pricing.items, totalMinor: pricing.totalMinor };
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
  const time = placedAt.toISOString();
  return verdicts.map((verdict): Placement => {
    switch (verdict.kind) {
      case 'insert':
        return { kind: 'placed', order: toPlacedOrder(verdict, time) };
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
