import { beginOrders } from '@orders/database/orders/begin-orders';
import { placeOrders } from '@orders/database/orders/place-orders';
import { settleOrders } from '@orders/database/orders/settle-orders';
import { fingerprintBasket, hashRequest } from '@orders/domain/basket';
import type { PaymentOutcome } from '@orders/domain/decision';
import { PRODUCTION_RETRY_POLICY } from '@orders/domain/retry-policy';
import { v7 as uuidv7 } from 'uuid';
import type { TestDatabase } from './start-database.ts';

/** Places one order of one unit and returns its id. */
export async function place(
  database: TestDatabase,
  { sku = 'PEN-0001', customerId = uuidv7(), key = null }: Wanted = {},
): Promise<string> {
  const items = [{ sku, quantity: 1 }];
  const request = { items, metadata: {}, expectedTotal: null, allowDuplicate: true };
  const order = {
    ...request,
    id: uuidv7(),
    customerId,
    actor: `customer:${customerId}`,
    idempotencyKey: key,
    requestHash: hashRequest(request),
    fingerprint: fingerprintBasket(items),
  };
  const [placement] = await placeOrders(database, [order], { duplicateWindowSeconds: 0 });
  if (placement?.kind !== 'placed') throw new Error(`not placed: ${JSON.stringify(placement)}`);
  return order.id;
}

interface Wanted {
  readonly sku?: string;
  readonly customerId?: string;
  readonly key?: string | null;
}

/** Reserves the stock of an order, as a worker would, or finds it short. */
export async function reserve(database: TestDatabase, orderId: string): Promise<void> {
  const [row] = await database.read<{ dispatch: number }>(
    'SELECT dispatch FROM orders WHERE id = $1::uuid',
    orderId,
  );
  await beginOrders(database, [{ orderId, dispatch: row?.dispatch ?? 0 }], PRODUCTION_RETRY_POLICY);
}

/** Settles the first payment attempt of an order. */
export async function settle(
  database: TestDatabase,
  orderId: string,
  outcome: PaymentOutcome = { kind: 'captured', chargeId: `charge-of-${orderId}` },
): Promise<void> {
  await settleOrders(database, [{ orderId, attempt: 1, result: outcome }], PRODUCTION_RETRY_POLICY);
}

/** Places an order and sees it through. */
export async function complete(database: TestDatabase, wanted: Wanted = {}): Promise<string> {
  const id = await place(database, wanted);
  await reserve(database, id);
  await settle(database, id);
  return id;
}

/** Places an order whose payment the provider refuses for good: it becomes a dead letter. */
export async function fail(database: TestDatabase): Promise<string> {
  const id = await place(database);
  await reserve(database, id);
  await settle(database, id, { kind: 'refused', code: 'bad_request' });
  return id;
}
