import type { Database } from '@orders/database/client';
import type { QueueState } from '@orders/queue/queue-state';
import type { Readiness } from '@orders/service/internal-listener';

/** Whether this worker can work: it needs both stores. */
export async function checkReadiness(
  database: Database,
  queueState: QueueState,
): Promise<Readiness> {
  const [hasDatabase, hasQueue] = await Promise.all([
    succeeds(database.ping()),
    succeeds(queueState.ping()),
  ]);
  const ok = hasDatabase && hasQueue;
  return {
    ok,
    body: {
      status: ok ? 'ready' : 'not ready',
      database: hasDatabase ? 'ok' : 'away',
      queue: hasQueue ? 'ok' : 'away',
    },
  };
}

function succeeds(check: Promise<unknown>): Promise<boolean> {
  return check.then(
    () => true,
    () => false,
  );
}
