import type { Readiness } from '@orders/service/internal-listener';
import type { FastifyInstance } from 'fastify';

/**
 * Whether requests should be sent here. Without PostgreSQL nothing can be answered; without Redis
 * everything can, only its processing begins later.
 */
export function createReadiness(
  app: FastifyInstance,
  isClosing: () => boolean,
): () => Promise<Readiness> {
  return async () => {
    if (isClosing()) return { ok: false, body: { status: 'closing' } };
    // Asked rather than looked at: the connection to a Redis that hangs stays open.
    const [answers, dispatches] = await Promise.all([
      succeeds(app.database.ping()),
      succeeds(app.queueState.ping()),
    ]);
    const queue = dispatches ? 'ok' : 'degraded';
    return answers
      ? { ok: true, body: { status: 'ready', database: 'ok', queue } }
      : { ok: false, body: { status: 'not ready', database: 'away', queue } };
  };
}

/**
 * Far beyond every time-out of a batch's statements, its repetitions included: what takes longer
 * never ends, and keeps one of the few places of its batcher until the process is started afresh.
 */
const STUCK_AFTER_MS = 60_000;

/** Whether this process can go on; if not, only a fresh one helps. */
export function createLiveness({
  intake,
  orderReader,
}: Pick<FastifyInstance, 'intake' | 'orderReader'>): () => boolean {
  return () => Math.max(intake.oldestBatchMs(), orderReader.oldestBatchMs()) < STUCK_AFTER_MS;
}

async function succeeds(check: Promise<unknown>): Promise<boolean> {
  return check.then(
    () => true,
    () => false,
  );
}
