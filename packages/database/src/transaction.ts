import { setTimeout as delay } from 'node:timers/promises';
import type { Connection, Database } from './client.ts';
import { movesOf, type OrderMove } from './orders/order-move.ts';
import { isContention } from './sql-state.ts';
import type { TransactionStep } from './transaction-failpoint.ts';

const MAX_TRIES = 6;

/** Thrown inside a transaction to roll it back and run it again on a newer snapshot. */
export class RunAgain extends Error {
  override readonly name = 'RunAgain';
}

/**
 * Runs SQL in one transaction (READ COMMITTED). Rolled back by any error; run again as a whole,
 * with jitter, after a deadlock (40P01), a serialization failure (40001) or {@link RunAgain}.
 * The body must contain nothing but SQL, since it may run several times.
 *
 * @param point what the transaction is, and of which orders, where failpoints are on
 */
export async function inTransaction<T>(
  database: Database,
  body: (tx: Connection) => Promise<T>,
  point?: { readonly step: TransactionStep; readonly orderIds: readonly string[] },
): Promise<T> {
  const { failpoint } = database;
  if (failpoint === undefined || point === undefined) return runWithRetries(database, body);
  const result = await runWithRetries(database, async (tx) => {
    const value = await body(tx);
    await failpoint(`${point.step}.before-commit`, point.orderIds);
    return value;
  });
  await failpoint(`${point.step}.after-commit`, point.orderIds);
  return result;
}

async function runWithRetries<T>(
  database: Database,
  body: (tx: Connection) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    let committed: { readonly value: T; readonly moves: readonly OrderMove[] };
    try {
      committed = await database.prisma.$transaction(async (tx) => {
        const value = await body(tx);
        return { value, moves: movesOf(tx) };
      });
    } catch (error) {
      const again = error instanceof RunAgain || isContention(error);
      if (!again || tries >= MAX_TRIES) throw error;
      await delay(Math.random() * 10 * 2 ** tries);
      continue;
    }
    if (committed.moves.length > 0) database.onMoves?.(committed.moves);
    return committed.value;
  }
}
