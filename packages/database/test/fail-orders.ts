import {
  actOnDeadLetter,
  type ActResult,
  type OperatorAct,
} from '@orders/database/dead-letters/act-on-dead-letter';
import { recordFailure } from '@orders/database/orders/record-failure';
import { settleOrders } from '@orders/database/orders/settle-orders';
import type { DeadLetterReason } from '@orders/domain/dead-letter-reason';
import { v7 as uuidv7 } from 'uuid';
import { addProduct } from './add-product.ts';
import { begin, place, POLICY } from './drive-orders.ts';
import { makeOrder } from './make-order.ts';
import type { TestDatabase } from './start-database.ts';

export const REDRIVE: OperatorAct = { kind: 'redrive', force: false };
export const DISCARD: OperatorAct = { kind: 'discard', reason: 'not worth it' };

export const resolve = (outcome: 'charged' | 'not_charged', reference: string | null = null) =>
  ({ kind: 'resolve', outcome, reference, reason: 'seen at the provider' }) as const;

export const act = (
  database: TestDatabase,
  letter: string,
  what: OperatorAct,
): Promise<ActResult> => actOnDeadLetter(database, letter, what, 'op-1');

let skus = 0;
/** An order of two units of a SKU of its own; begun, unless told otherwise. */
export async function placeOne(
  database: TestDatabase,
  { isBegun = true, customerId = uuidv7() } = {},
): Promise<{ id: string; sku: string }> {
  const sku = `SKU-${(skus += 1)}`;
  await addProduct(database, sku, 10);
  const [id = ''] = await place(database, [makeOrder({ items: { [sku]: 2 }, customerId })]);
  if (isBegun) await begin(database, [id]);
  return { id, sku };
}

/** Fails an order by failures of its own; returns its dead letter. */
export async function exhaust(database: TestDatabase, orderId: string): Promise<string> {
  const failure = { orderId, dispatch: 1_000, step: 'x', kind: 'own', message: 'boom' } as const;
  for (let n = 0; n < 5; n += 1) await recordFailure(database, failure, POLICY);
  return findLetter(database, orderId);
}

/** Fails an order whose first attempt nobody can tell the outcome of; returns its dead letter. */
export async function giveUp(
  database: TestDatabase,
  orderId: string,
  reason: DeadLetterReason,
): Promise<string> {
  const result = { kind: 'gave-up', reason, error: 'away' } as const;
  await settleOrders(database, [{ orderId, attempt: 1, result }], POLICY);
  return findLetter(database, orderId);
}

/** The open dead letter of an order. */
export async function findLetter(database: TestDatabase, orderId: string): Promise<string> {
  const [row] = await database.sql<{ id: string }>(
    `SELECT id FROM dead_letters WHERE order_id = $1 AND state = 'open'`,
    [orderId],
  );
  return row?.id ?? 'none';
}
