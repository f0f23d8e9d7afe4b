import { type BasketItem, fingerprintBasket } from '@orders/domain/basket';
import type { Order } from '@orders/domain/contracts/order';
import { decideUpdate } from '@orders/domain/decide';
import type { OrderStatus } from '@orders/domain/order-status';
import { type PricedItem, type Pricing, priceOrder } from '@orders/domain/price-order';
import type { Connection, Database } from '../client.ts';
import { lockStock } from '../inventory/lock-stock.ts';
import { inTransaction } from '../transaction.ts';
import type { OrderRun } from './begin-orders.ts';
import { lockGuards } from './lock-guards.ts';
import { lockOrder } from './lock-orders.ts';
import { lookUpPlacements } from './look-up-placements.ts';
import { readOrders } from './read-order.ts';
import { takeStep } from './take-step.ts';
import { plainArray, textArray } from '../sql-array.ts';

export interface UpdateOrder {
  readonly orderId: string;
  /** Only this customer's; null for an operator. */
  readonly customerId: string | null;
  /** The versions that the client may have seen; null for any. */
  readonly versions: readonly number[] | null;
  /** Merged: each SKU once. */
  readonly items: readonly BasketItem[];
  readonly actor: string;
  readonly duplicateWindowSeconds: number;
}

export type OrderUpdate =
  /** `run` is to be enqueued. */
  | { readonly kind: 'updated'; readonly order: Order; readonly run: OrderRun }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'stale'; readonly version: number }
  | { readonly kind: 'illegal'; readonly status: OrderStatus }
  | { readonly kind: 'duplicate'; readonly existingOrderId: string }
  | Exclude<Pricing, { kind: 'priced' }>;

/**
 * Replaces the items of an order that is not reserved yet, at the prices of now. Under the order's
 * lock and its new basket's guard: the duplicate rule holds for changed baskets, too. Jobs of the
 * old items are superseded by a new dispatch.
 */
export async function updateOrder(database: Database, ask: UpdateOrder): Promise<OrderUpdate> {
  return inTransaction(database, (tx) => updateInTransaction(tx, ask), {
    step: 'update',
    orderIds: [ask.orderId],
  });
}

async function updateInTransaction(tx: Connection, ask: UpdateOrder): Promise<OrderUpdate> {
  const { items, versions, duplicateWindowSeconds } = ask;
  const order = await lockOrder(tx, ask.orderId);
  const isTheirs = ask.customerId === null || order?.customerId === ask.customerId;
  if (order === null || !isTheirs) return { kind: 'not-found' };
  const { id, status, version, customerId, totalMinor } = order;
  if (versions !== null && !versions.includes(version)) return { kind: 'stale', version };
  if (status !== 'pending' && status !== 'backordered') return { kind: 'illegal', status };

  const fingerprint = fingerprintBasket(items);
  const basket = { customerId, fingerprint, items, allowDuplicate: false, idempotencyKey: null };
  await lockGuards(tx, [basket], duplicateWindowSeconds > 0);
  // A new statement: its snapshot begins after the guard is ours.
  const found = await lookUpPlacements(tx, [basket], { duplicateWindowSeconds, exceptId: id });
  const [existingOrderId] = found.duplicates.values();
  if (existingOrderId !== undefined) return { kind: 'duplicate', existingOrderId };
  const pricing = priceOrder(items, found.catalogue, null);
  if (pricing.kind !== 'priced') return pricing;

  // Nobody joins a line under a batch that allocates from it.
  if (status === 'backordered') {
    const skus = items.map(({ sku }) => sku);
    await lockStock(tx, skus);
  }
  await replaceItems(tx, id, pricing.items, pricing.totalMinor, fingerprint);
  const data = { items, total: pricing.totalMinor, totalBefore: totalMinor };
  await takeStep(tx, order, ask.actor, false, (state) => decideUpdate(state, items, data));
  const updated = (await readOrders(tx, [id])).get(id);
  if (updated === undefined) throw new Error(`order ${id} is locked and gone`);
  return { kind: 'updated', order: updated, run: { orderId: id, dispatch: order.dispatch + 1 } };
}

/** Under the order's lock, which every reader of items for stock takes first. */
async function replaceItems(
  tx: Connection,
  orderId: string,
  items: readonly PricedItem[],
  totalMinor: number,
  fingerprint: string,
): Promise<void> {
  await tx.$executeRaw`DELETE FROM order_items WHERE order_id = ${orderId}::uuid`;
  await tx.$executeRaw`
    INSERT INTO order_items (order_id, sku, position, quantity, unit_price_minor)
    SELECT ${orderId}::uuid, sku, position - 1, quantity, unit_price_minor
      FROM unnest(${textArray(items.map(({ sku }) => sku))}::text[],
                  ${plainArray(items.map(({ quantity }) => quantity))}::int[],
                  ${plainArray(items.map(({ unitPriceMinor }) => unitPriceMinor))}::bigint[])
           WITH ORDINALITY AS i(sku, quantity, unit_price_minor, position)`;
  await tx.$executeRaw`
    UPDATE orders SET total_minor = ${totalMinor}, fingerprint = ${fingerprint}
     WHERE id = ${orderId}::uuid`;
}
