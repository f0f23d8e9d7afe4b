import type { Order } from '@orders/domain/contracts/order';
import type { Nudges } from '@orders/queue/nudges';
import type { OrderReader } from './order-reader.ts';

export interface OrderWatch {
  readonly orderReader: OrderReader;
  readonly nudges: Pick<Nudges, 'subscribe'>;
}

/** How long a change may go unseen when nobody tells of it. */
const LOOK_INTERVAL_MS = 2_000;

/**
 * The order as it is: at once, whenever it may have changed, and every two seconds whatever nudges
 * say, until the signal. It subscribes before it looks, so no change falls in between. PostgreSQL is
 * the truth: while it cannot be asked nothing is yielded, and nothing thrown.
 */
export async function* watchOrder(
  { orderReader, nudges }: OrderWatch,
  orderId: string,
  signal: AbortSignal,
): AsyncGenerator<Order, void, void> {
  let nudged = false;
  let wake = () => {};
  const unsubscribe = nudges.subscribe(orderId, () => {
    nudged = true;
    wake();
  });
  const onAbort = () => wake();
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      nudged = false;
      const order = await orderReader.read(orderId).catch(() => null);
      if (order !== null) yield order;
      if (nudged || signal.aborted) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, LOOK_INTERVAL_MS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    unsubscribe();
  }
}
