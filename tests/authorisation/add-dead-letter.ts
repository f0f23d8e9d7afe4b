import { beginOrders } from '@orders/database/orders/begin-orders';
import { settleOrders } from '@orders/database/orders/settle-orders';
import { PRODUCTION_RETRY_POLICY } from '@orders/domain/retry-policy';
import type { System } from '../harness/start-system.ts';

/** An order as a worker leaves it whose provider was away for too long. Resolves with its letter. */
export async function addDeadLetter({ client, database }: System): Promise<string> {
  const orderId = await client.place();
  await beginOrders(database, [{ orderId, dispatch: 1 }], PRODUCTION_RETRY_POLICY);
  const result = { kind: 'gave-up', reason: 'payment_unknown', error: 'away' } as const;
  await settleOrders(database, [{ orderId, attempt: 1, result }], PRODUCTION_RETRY_POLICY);
  const letter = await database.prisma.deadLetter.findFirstOrThrow({ where: { orderId } });
  return letter.id;
}
