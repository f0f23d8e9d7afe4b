import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@orders/database/client';
import { readOutcomes } from '@orders/database/invariants/read-outcomes';
import { isUnavailable } from '@orders/database/sql-state';
import { isAtRest, isOrderStatus } from '@orders/domain/order-status';

/** How an order of the run stands. Times in ms since the epoch, by the clock of PostgreSQL. */
export interface Outcome {
  readonly status: string;
  readonly reason: string | null;
  readonly totalMinor: number;
  readonly currency: string;
  readonly createdMs: number;
  readonly completedMs: number | null;
}

export interface RestOptions {
  /** Given up when no order came to rest for so long. */
  readonly patienceMs: number;
  readonly onRested: (rested: number) => void;
  readonly stop: AbortSignal;
}

/** Orders asked for at a time: those that wait longest, so the cost does not grow with the run. */
const WINDOW = 5_000;
const INTERVAL_MS = 100;

/**
 * Waits until every order came to rest: terminal, or failed and waiting in dead letters. Gives up
 * when none did within the patience, counting from now. PostgreSQL may come and go meanwhile.
 *
 * @returns how each order stands; an id that is missing has no row
 */
export async function waitForRest(
  database: Database,
  ids: readonly string[],
  { patienceMs, onRested, stop }: RestOptions,
): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  let line = ids;
  let deadline = Date.now() + patienceMs;
  while (line.length > 0 && Date.now() < deadline && !stop.aborted) {
    const asked = line.slice(0, WINDOW);
    for (const [id, outcome] of await look(database, asked)) outcomes.set(id, outcome);
    const waiting = asked.filter((id) => !isResting(outcomes.get(id)));
    // To the end of the line, so that some that never rest do not hide the others.
    line = line.slice(WINDOW).concat(waiting);
    if (waiting.length === asked.length) {
      await delay(INTERVAL_MS);
      continue;
    }
    onRested(ids.length - line.length);
    deadline = Date.now() + patienceMs;
  }
  return outcomes;
}

async function look(database: Database, ids: readonly string[]): Promise<[string, Outcome][]> {
  try {
    const rows = await readOutcomes(database.prisma, ids);
    return rows.map((row) => [
      row.id,
      {
        status: row.status,
        reason: row.reason,
        totalMinor: Number(row.totalMinor),
        currency: row.currency,
        createdMs: row.createdAt.getTime(),
        completedMs: row.completedAt?.getTime() ?? null,
      },
    ]);
  } catch (error) {
    if (isUnavailable(error)) return [];
    throw error;
  }
}

function isResting(outcome: Outcome | undefined): boolean {
  return outcome !== undefined && isOrderStatus(outcome.status) && isAtRest(outcome.status);
}
