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
    const queue = app.producer.isConnected() ? 'ok' : 'degraded';
    if (isClosing()) return { ok: false, body: { status: 'closing', queue } };
    const answers = await app.database.ping().then(
      () => true,
      () => false,
    );
    return answers
      ? { ok: true, body: { status: 'ready', database: 'ok', queue } }
      : { ok: false, body: { status: 'not ready', database: 'away', queue } };
  };
}
