import type { Database } from '@orders/database/client';
import { UnknownStatusError } from '@orders/database/orders/order-row';
import { readOrders } from '@orders/database/orders/read-order';
import type { Order } from '@orders/domain/contracts/order';
import { createBatcher } from '@orders/service/batcher';

export interface OrderReader {
  /**
   * The order as it is after the call, or null: never older than a write that its caller has seen.
   *
   * @throws OverloadError when too many wait; UnknownStatusError; what PostgreSQL threw
   */
  read(id: string): Promise<Order | null>;
  /** How long the oldest read under way has been so, in milliseconds; 0 when there is none. */
  oldestBatchMs(): number;
  /** Takes nothing new; resolves when all reads have ended. */
  close(): Promise<void>;
}

const MAX_BATCH_SIZE = 200;
// Two, so that one gathers while the other waits; more would only make the batches smaller.
const MAX_IN_FLIGHT = 2;
const MAX_QUEUE = 10_000;

/**
 * Reads orders for many at once: whoever asks while a statement is under way shares the next one.
 * Nothing is remembered between statements.
 */
export function createOrderReader(database: Database): OrderReader {
  const batcher = createBatcher({
    name: 'Reading orders',
    maxBatchSize: MAX_BATCH_SIZE,
    maxInFlight: MAX_IN_FLIGHT,
    maxQueue: MAX_QUEUE,
    runBatch: async (ids: string[]) => {
      const orders = await readOrders(database.prisma, Array.from(new Set(ids)));
      return ids.map((id) => orders.get(id) ?? null);
    },
    // One that only a newer version understands fails alone.
    isolate: (error) => error instanceof UnknownStatusError,
  });
  return {
    read: (id) => batcher.submit(id),
    oldestBatchMs: () => batcher.stats().oldestMs,
    close: batcher.close,
  };
}
