import type { Database } from '@orders/database/client';
import { claimDueOrders, extendLeases } from '@orders/database/dispatch/claim-due-orders';
import { wakeBackorders } from '@orders/database/dispatch/wake-backorders';
import { markDue } from '@orders/database/orders/mark-due';
import type { Producer } from '@orders/queue/producer';
import type { Failpoints } from '@orders/service/failpoints';
import type { RestoreQueue } from './restore-queue.ts';

export interface SweeperParts {
  readonly database: Database;
  readonly producer: Producer;
  readonly restoreQueue: RestoreQueue;
  readonly failpoints: Failpoints;
  /** How long a claimed order is left to the job that was made for it. */
  readonly leaseMs: number;
  readonly onFound: (found: 'woken' | 'due' | 'restored', count: number) => void;
}

const CLAIM_LIMIT = 1_000;
const ENQUEUE_DEADLINE_MS = 1_000;

/**
 * One round of repair: notices that Redis lost jobs, calls orders whose stock has come, and
 * dispatches everything that is due. Needs no leader: any number of workers do this at once, and
 * each order is claimed by one of them. While Redis is away nothing is claimed.
 *
 * @throws when PostgreSQL or Redis fails; the next round begins anew
 */
export async function sweep(parts: SweeperParts): Promise<void> {
  const { database, onFound } = parts;
  // What is due must not wait for what this one fails of.
  const [woken] = await Promise.allSettled([wakeBackorders(database)]);
  await dispatchDue(parts);
  if (woken.status === 'rejected') throw woken.reason;
  onFound('woken', woken.value);
}

async function dispatchDue(parts: SweeperParts): Promise<void> {
  const { database, producer, failpoints, onFound } = parts;
  if (!producer.isConnected()) return;
  onFound('restored', await parts.restoreQueue());
  for (;;) {
    const due = await claimDueOrders(database, CLAIM_LIMIT, parts.leaseMs);
    if (due.length === 0) return;
    const ids = due.map(({ orderId }) => orderId);
    await failpoints.hit('sweep.after-claim', ids);
    const result = await producer.enqueue(due, { deadlineMs: ENQUEUE_DEADLINE_MS });
    await failpoints.hit('sweep.after-enqueue', ids);
    if (result.kind === 'failed') {
      // Give the claim back rather than let the orders wait for the end of its lease.
      await markDue(database, ids);
      throw result.error;
    }
    await extendLeases(database, due, parts.leaseMs);
    onFound('due', due.length);
    if (due.length < CLAIM_LIMIT) return;
  }
}
