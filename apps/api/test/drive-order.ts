import type { Database } from '@orders/database/client';
import { type Beginning, beginOrders } from '@orders/database/orders/begin-orders';
import { settleOrders } from '@orders/database/orders/settle-orders';
import type { PaymentOutcome } from '@orders/domain/decision';
import { PRODUCTION_RETRY_POLICY } from '@orders/domain/retry-policy';

/** So many units of a SKU, as if they had just arrived. */
export async function addStock({ prisma }: Database, sku: string, units: number): Promise<void> {
  await prisma.inventory.upsert({
    where: { sku },
    create: { sku, onHand: units },
    update: { onHand: { increment: units } },
  });
}

/** Begins a run of an order as a worker does, with the dispatch that it has now. */
export async function begin(database: Database, orderId: string): Promise<Beginning> {
  const { dispatch } = await database.prisma.order.findUniqueOrThrow({ where: { id: orderId } });
  const [beginning] = await beginOrders(database, [{ orderId, dispatch }], PRODUCTION_RETRY_POLICY);
  if (beginning === undefined) throw new Error('no beginning');
  return beginning;
}

/** Settles the first payment attempt of an order. */
export async function settle(
  database: Database,
  orderId: string,
  result: PaymentOutcome = { kind: 'captured', chargeId: `charge-of-${orderId}` },
): Promise<void> {
  await settleOrders(database, [{ orderId, attempt: 1, result }], PRODUCTION_RETRY_POLICY);
}

/** From pending to completed. */
export async function complete(database: Database, orderId: string): Promise<void> {
  await begin(database, orderId);
  await settle(database, orderId);
}
