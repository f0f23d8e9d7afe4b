import { cancelOrder } from '@orders/database/orders/cancel-order';
import { waitUntil } from '@orders/local-services/wait-until';
import type { System } from './start-system.ts';

/** Waits until an order has one of these statuses, and returns it. */
export function untilStatus(
  { database }: System,
  orderId: string,
  wanted: readonly string[],
  timeoutMs = 30_000,
): Promise<string> {
  return waitUntil(
    async () => {
      const order = await database.prisma.order.findUnique({ where: { id: orderId } });
      return order !== null && wanted.includes(order.status) ? order.status : null;
    },
    { what: `order ${orderId} to be ${wanted.join(' or ')}`, timeoutMs },
  );
}

/** Asks to cancel an order, as an operator. Returns the status that it has then. */
export async function cancel({ database }: System, orderId: string): Promise<string> {
  const cancellation = await cancelOrder(database, {
    orderId,
    customerId: null,
    reason: 'changed my mind',
    actor: 'olga',
  });
  return cancellation.kind === 'illegal' ? cancellation.status : cancellation.kind;
}
