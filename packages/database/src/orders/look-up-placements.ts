import type { CataloguePrice } from '@orders/domain/price-order';
import type { Connection } from '../client.ts';
import type { NewOrder } from './new-order.ts';

/** The place of a customer's idempotency key in the maps of this module. */
export function keyOf(customerId: string, idempotencyKey: string): string {
  return `${customerId}\n${idempotencyKey}`;
}

/** The place of a customer's basket in the maps of this module. */
export function basketOf(customerId: string, fingerprint: string): string {
  return `${customerId}\n${fingerprint}`;
}

/**
 * The orders that already have one of these keys, by {@link keyOf}. When a batch is repeated after
 * a lost reply, also those that have one of these ids, by id: they are the batch's own.
 */
export async function lookUpKeys(
  tx: Connection,
  orders: readonly NewOrder[],
  repeated: boolean,
): Promise<Map<string, { orderId: string; requestHash: string }>> {
  const found = new Map<string, { orderId: string; requestHash: string }>();
  if (repeated) {
    const own = await tx.$queryRaw<{ id: string; request_hash: string }[]>`
      SELECT id, request_hash FROM orders
       WHERE id = ANY(${orders.map(({ id }) => id)}::uuid[])`;
    for (const row of own) found.set(row.id, { orderId: row.id, requestHash: row.request_hash });
  }
  const keyed = orders.flatMap(({ customerId, idempotencyKey }) =>
    idempotencyKey === null ? [] : [{ customerId, idempotencyKey }],
  );
  if (keyed.length === 0) return found;
  const rows = await tx.$queryRaw<
    { id: string; customer_id: string; idempotency_key: string; request_hash: string }[]
  >`
    SELECT o.id, o.customer_id, o.idempotency_key, o.request_hash
      FROM unnest(${keyed.map((order) => order.customerId)}::text[],
                  ${keyed.map((order) => order.idempotencyKey)}::text[]) AS k(customer_id, idempotency_key)
      JOIN orders o ON o.customer_id = k.customer_id AND o.idempotency_key = k.idempotency_key`;
  for (const row of rows) {
    found.set(keyOf(row.customer_id, row.idempotency_key), {
      orderId: row.id,
      requestHash: row.request_hash,
    });
  }
  return found;
}

/**
 * The newest live order with the same basket within the window, by {@link basketOf}. Live is all
 * but cancelled, rejected and failed; failed counts while its payment is unknown.
 *
 * @param exceptId an order that is not a duplicate of itself
 */
export async function lookUpDuplicates(
  tx: Connection,
  orders: readonly Pick<NewOrder, 'customerId' | 'fingerprint' | 'allowDuplicate'>[],
  windowSeconds: number,
  exceptId: string | null = null,
): Promise<Map<string, string>> {
  const guarded = orders.filter((order) => !order.allowDuplicate);
  if (windowSeconds === 0 || guarded.length === 0) return new Map();
  const rows = await tx.$queryRaw<{ id: string; customer_id: string; fingerprint: string }[]>`
    SELECT g.customer_id, g.fingerprint, twin.id
      FROM unnest(${guarded.map((order) => order.customerId)}::text[],
                  ${guarded.map((order) => order.fingerprint)}::text[]) AS g(customer_id, fingerprint)
     CROSS JOIN LATERAL (
           SELECT o.id FROM orders o
            WHERE o.customer_id = g.customer_id AND o.fingerprint = g.fingerprint
              AND o.id IS DISTINCT FROM ${exceptId}::uuid
              AND o.created_at > now() - make_interval(secs => ${windowSeconds}::double precision)
              AND (o.status NOT IN ('cancelled', 'rejected', 'failed')
                   OR o.status = 'failed' AND EXISTS (
                      SELECT FROM payment_attempts p WHERE p.order_id = o.id AND p.outcome IS NULL))
            ORDER BY o.created_at DESC
            LIMIT 1) twin`;
  return new Map(rows.map((row) => [basketOf(row.customer_id, row.fingerprint), row.id]));
}

/** Prices and activation of every SKU in the batch. */
export async function lookUpCatalogue(
  tx: Connection,
  orders: readonly Pick<NewOrder, 'items'>[],
): Promise<Map<string, CataloguePrice>> {
  const skus = new Set(orders.flatMap(({ items }) => items.map(({ sku }) => sku)));
  const rows = await tx.$queryRaw<{ sku: string; price_minor: bigint; active: boolean }[]>`
    SELECT sku, price_minor, active FROM products WHERE sku = ANY(${Array.from(skus)}::text[])`;
  return new Map(
    rows.map((row) => [row.sku, { priceMinor: Number(row.price_minor), active: row.active }]),
  );
}
