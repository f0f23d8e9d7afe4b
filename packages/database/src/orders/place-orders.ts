import { setTimeout as delay } from 'node:timers/promises';
import type { Connection, Database } from '../client.ts';
import { isContention, isDataError, isReplyLost } from '../sql-state.ts';
import { answerPlacements, toPlaced } from './answer-placements.ts';
import { decidePlacement, type Seen } from './decide-placement.ts';
import { insertOrders } from './insert-orders.ts';
import { lookUpOwn, lookUpPlacements } from './look-up-placements.ts';
import type { AcceptedOrder, NewOrder, Placement } from './new-order.ts';
import type { PriceMemory } from './price-memory.ts';

export interface PlaceOrdersOptions {
  /** How long an equal basket of the same customer is refused; 0 switches the rule off. */
  readonly duplicateWindowSeconds: number;
  /** When a sweeper looks at an order that no worker has taken; that of production without it. */
  readonly leaseMs?: number;
  /** With it, orders are first written as if nothing were known against them; see {@link placeOrders}. */
  readonly memory?: PriceMemory;
}

/** How often what is left of a batch is decided anew because somebody was faster. */
const MAX_TRIES = 6;

/**
 * Places a batch of orders, with one result per element at its place. One statement looks up what
 * decides about them, and one writes those of which it is still so. With a memory of prices the first try
 * looks up nothing: it takes them from there, and every key and basket for new. Who is left out by what
 * the writing statement finds, or would be refused, is looked up then.
 *
 * The outcome is as if the elements had been placed one after the other, those first that nothing stands
 * against: the same key gives the same order, a basket equal to a live one of the same customer within
 * the window is refused.
 * When it resolves, everything it reports is committed. What was not written, and a batch whose
 * reply got lost, is looked at again with the same ids; finding one's own id then is success. When
 * it fails after some were written, they are placed and the others unread. When it rejects, some may be
 * written: it may be called again with the same ids, in other batches, too.
 *
 * @throws when PostgreSQL cannot be reached or an element's data is refused by it (SQLSTATE 22…)
 */
export async function placeOrders(
  database: Database,
  orders: readonly NewOrder[],
  options: PlaceOrdersOptions,
): Promise<Placement[]> {
  const placements = new Map<string, Placement>();
  let unread: Placement[] = [];
  try {
    await placeAll(database, orders, options, placements);
  } catch (error) {
    // For the fault of one element the caller looks by calling again.
    if (placements.size === 0 || isDataError(error) || error instanceof RangeError) throw error;
    unread = [{ kind: 'unread', error }];
  }
  return orders.flatMap(({ id }) => placements.get(id) ?? unread);
}

/** Fills `placements`, by the ids of the orders, as they become known; see {@link placeOrders}. */
async function placeAll(
  database: Database,
  orders: readonly NewOrder[],
  options: PlaceOrdersOptions,
  placements: Map<string, Placement>,
): Promise<void> {
  const hasWindow = options.duplicateWindowSeconds > 0;
  let rest = orders;
  let mayBeThere = false;
  let repliesLost = 0;
  let cause: unknown;
  for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
    const isGuess = tries === 1 && options.memory !== undefined;
    const seen = isGuess
      ? recall(options)
      : await lookUp(database.prisma, rest, options, mayBeThere);
    const verdicts = rest.map((order) => decidePlacement(order, seen, hasWindow));
    const accepted = verdicts.filter((verdict) => verdict.kind === 'insert');
    const written = await write(database, rest, accepted, options);
    const isAll = written.error === undefined;
    if (isAll && !isGuess) {
      const answers = await answerPlacements(database, verdicts, written.at);
      for (const [index, { id }] of rest.entries()) {
        const answer = answers[index];
        if (answer !== undefined) placements.set(id, answer);
      }
    } else {
      for (const one of accepted.filter(({ order }) => written.has(order.id)))
        placements.set(one.order.id, toPlaced(one, written.at));
    }
    rest = rest.filter(({ id }) => !placements.has(id));
    if (rest.length === 0) return;
    if (isAll) continue;

    cause = written.error;
    if (written.replyLost !== undefined) repliesLost += 1;
    if (written.replyLost !== undefined && repliesLost > 1) throw written.replyLost;
    // Another process took one of the keys or baskets meanwhile, or a statement given up for lost has
    // ended well after all and took the ids.
    mayBeThere = true;
    if (tries > 1) await delay(Math.random() * 10 * 2 ** tries);
  }
  throw new Error(`others were faster than this batch ${MAX_TRIES} times`, { cause });
}

/** What became of the orders that a try wanted to write. */
interface Written {
  has(id: string): boolean;
  readonly at: Date;
  /** Why not all of them are; undefined when they are. */
  readonly error?: unknown;
  /** The same when they may be. */
  readonly replyLost?: Error;
}

const ALL = { has: () => true };
const NONE = { has: () => false };

/** In one statement, which is a transaction of its own. */
async function write(
  { prisma, failpoint }: Database,
  orders: readonly NewOrder[],
  accepted: readonly AcceptedOrder[],
  options: PlaceOrdersOptions,
): Promise<Written> {
  if (accepted.length === 0) return { ...ALL, at: new Date() };
  const ids = orders.map(({ id }) => id);
  await failpoint?.('place.before-commit', ids);
  try {
    const { left, at } = await insertOrders(prisma, accepted, options);
    await failpoint?.('place.after-commit', ids);
    if (left.length === 0) return { ...ALL, at };
    const isLeft = new Set(left);
    return { has: (id) => !isLeft.has(id), at, error: null };
  } catch (error) {
    if (isContention(error)) return { ...NONE, at: new Date(), error };
    if (error instanceof Error && isReplyLost(error))
      return { ...NONE, at: new Date(), error, replyLost: error };
    throw error;
  }
}

/** What is known without a look: prices that may have changed. */
function recall({ memory }: PlaceOrdersOptions): Seen {
  return {
    keys: new Map(),
    duplicates: new Map(),
    catalogue: memory?.prices ?? new Map(),
    own: new Map(),
  };
}

async function lookUp(
  connection: Connection,
  orders: readonly NewOrder[],
  options: PlaceOrdersOptions,
  mayBeThere: boolean,
): Promise<Seen> {
  const found = await lookUpPlacements(connection, orders, options);
  options.memory?.remember(found.catalogue);
  // Afterwards: what is committed between the two is one's own, not somebody else's. So may be what was
  // found: of a batch that was written in part and then split.
  const ask = mayBeThere || found.keys.size > 0 || found.duplicates.size > 0;
  const own = ask ? await lookUpOwn(connection, orders) : new Map<string, unknown>();
  return { ...found, own };
}
