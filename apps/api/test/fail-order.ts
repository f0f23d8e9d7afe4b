import { beginOrders } from '@orders/database/orders/begin-orders';
import { recordFailure } from '@orders/database/orders/record-failure';
import { settleOrders, type Settlement } from '@orders/database/orders/settle-orders';
import { PRODUCTION_RETRY_POLICY } from '@orders/domain/retry-policy';
import type { TestApi } from './build.ts';
import { type CatalogueDatabase, KEYBOARD } from './catalogue.ts';

export interface FailedOrder {
  readonly orderId: string;
  readonly letterId: string;
}

let baskets = 0;

/** Places an order of a basket of its own, as if it were the first of its customer. */
export async function placeOne(api: TestApi, quantity = (baskets += 1)): Promise<string> {
  const { body } = await api.place({ items: [{ sku: KEYBOARD, quantity }] });
  return String(body['id']);
}

/** An order that its worker could not carry out: nothing is reserved, nothing was charged. */
export async function failByItself(
  { database }: CatalogueDatabase,
  orderId: string,
): Promise<FailedOrder> {
  for (let n = 1; n <= PRODUCTION_RETRY_POLICY.orderAttempts; n += 1) {
    const failure = { orderId, dispatch: 1, step: 'begin', kind: 'own', message: `boom ${n}` };
    await recordFailure(database, { ...failure, kind: 'own' }, PRODUCTION_RETRY_POLICY);
  }
  return { orderId, letterId: await findLetter(database, orderId) };
}

/** An order whose payment was begun and came to `result`. */
export async function failByPayment(
  { database }: CatalogueDatabase,
  orderId: string,
  result: Settlement['result'] = { kind: 'gave-up', reason: 'payment_unknown', error: 'away' },
): Promise<FailedOrder> {
  await beginOrders(database, [{ orderId, dispatch: 1 }], PRODUCTION_RETRY_POLICY);
  await settleOrders(database, [{ orderId, attempt: 1, result }], PRODUCTION_RETRY_POLICY);
  return { orderId, letterId: await findLetter(database, orderId) };
}

async function findLetter(
  { prisma }: CatalogueDatabase['database'],
  orderId: string,
): Promise<string> {
  const { id } = await prisma.deadLetter.findFirstOrThrow({ where: { orderId, state: 'open' } });
  return id;
}
