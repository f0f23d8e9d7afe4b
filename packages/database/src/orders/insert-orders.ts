import type { Order } from '@orders/domain/contracts/order';
import { PRODUCTION_RETRY_POLICY } from '@orders/domain/retry-policy';
import { CATALOGUE_CURRENCY } from '@orders/domain/money';
import type { Connection } from '../client.ts';
import { pickCounterShard } from '../counters/counter-shard.ts';
import type { AcceptedOrder } from './new-order.ts';
import { plainArray, textArray } from '../sql-array.ts';

/**
 * Writes orders, items, the first row of each log and the counter in one statement. Rows go in by
 * (customer, key), so that batches with crossing keys cannot deadlock on the unique index. An
 * order whose key is taken is left out with all that belongs to it: then `count` is less than
 * what was given, and the caller must roll back.
 */
export async function insertOrders(
  tx: Connection,
  orders: readonly AcceptedOrder[],
  leaseMs: number = PRODUCTION_RETRY_POLICY.leaseMs,
): Promise<{ count: number; at: Date }> {
  const lines = orders.flatMap((order) =>
    order.pricedItems.map((item, position) => ({ ...item, position, orderId: order.id })),
  );
  const rows = await tx.$queryRaw<{ count: number; at: Date }[]>`
    WITH input AS MATERIALIZED (
      SELECT * FROM unnest(
        ${textArray(orders.map((o) => o.id))}::uuid[],
        ${textArray(orders.map((o) => o.customerId))}::text[],
        ${textArray(orders.map((o) => o.idempotencyKey))}::text[],
        ${textArray(orders.map((o) => o.requestHash))}::text[],
        ${textArray(orders.map((o) => o.fingerprint))}::text[],
        ${plainArray(orders.map((o) => o.totalMinor))}::bigint[],
        ${textArray(orders.map((o) => JSON.stringify(o.metadata)))}::text[],
        ${textArray(orders.map((o) => o.actor))}::text[]
      ) AS t(id, customer_id, idempotency_key, request_hash, fingerprint, total_minor, metadata, actor)
    ), inserted AS (
      INSERT INTO orders (id, customer_id, status, currency, total_minor, metadata, idempotency_key,
                          request_hash, fingerprint, next_check_at, created_at, updated_at, step_started_at)
      SELECT id, customer_id, 'pending', ${CATALOGUE_CURRENCY}, total_minor, metadata::jsonb,
             idempotency_key, request_hash, fingerprint,
             now() + make_interval(secs => ${leaseMs / 1000}::double precision), now(), now(), now()
        FROM input
       ORDER BY customer_id, idempotency_key, id
          ON CONFLICT DO NOTHING
      RETURNING id
    ), lines AS (
      INSERT INTO order_items (order_id, sku, position, quantity, unit_price_minor)
      SELECT l.order_id, l.sku, l.position, l.quantity, l.unit_price_minor
        FROM unnest(
          ${textArray(lines.map((l) => l.orderId))}::uuid[],
          ${textArray(lines.map((l) => l.sku))}::text[],
          ${plainArray(lines.map((l) => l.position))}::smallint[],
          ${plainArray(lines.map((l) => l.quantity))}::int[],
          ${plainArray(lines.map((l) => l.unitPriceMinor))}::bigint[]
        ) AS l(order_id, sku, position, quantity, unit_price_minor)
        JOIN inserted ON inserted.id = l.order_id
    ), events AS (
      INSERT INTO order_events (order_id, seq, type, to_status, actor, at, data)
      SELECT id, 1, 'placed', 'pending', input.actor, now(), '{}'::jsonb
        FROM input JOIN inserted USING (id)
    ), counters AS (
      UPDATE order_counters SET pending = pending + (SELECT count(*) FROM inserted)
       WHERE shard = ${pickCounterShard()}
    )
    SELECT count(*)::int AS count, now()::timestamptz(3) AS at FROM inserted`;
  const [row] = rows;
  if (row === undefined) throw new Error('an aggregate without a row');
  return row;
}

/** The order as its first reader sees it; equal to what a read would give. */
export function toPlacedOrder(order: AcceptedOrder, at: Date): Order {
  const time = at.toISOString();
  const currency = CATALOGUE_CURRENCY;
  return {
    id: order.id,
    customerId: order.customerId,
    status: 'pending',
    reason: null,
    items: order.pricedItems.map(({ sku, quantity, unitPriceMinor }) => ({
      sku,
      quantity,
      unitPrice: { amount: unitPriceMinor, currency },
    })),
    total: { amount: order.totalMinor, currency },
    metadata: { ...order.metadata },
    version: 1,
    createdAt: time,
    updatedAt: time,
    processingStartedAt: null,
    processingFinishedAt: null,
    completedAt: null,
  };
}
