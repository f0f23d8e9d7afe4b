import type { Order } from '@orders/domain/contracts/order';
import type { PricedItem } from '@orders/domain/price-order';
import { PRODUCTION_RETRY_POLICY } from '@orders/domain/retry-policy';
import { CATALOGUE_CURRENCY } from '@orders/domain/money';
import type { Connection } from '../client.ts';
import { Prisma } from '../generated/client.ts';
import { pickCounterShard } from '../counters/counter-shard.ts';
import type { AcceptedOrder, NewOrder } from './new-order.ts';
import { plainArray, textArray, tokenArray } from '../sql-array.ts';
import { takeGuards } from './lock-guards.ts';

export interface InsertOptions {
  /** Baskets are guarded while it is above 0. */
  readonly duplicateWindowSeconds: number;
  readonly leaseMs?: number | undefined;
}

/**
 * Writes orders, items, the first row of each log and the counter in one statement. An order is left
 * out with all that belongs to it when its key or id is taken, when its basket has a live twin once
 * its guard is ours, or when a product is not what it was priced by: then its id is in `left`. Its mates
 * are written.
 *
 * Rows go in by (customer, key), so that batches with crossing keys cannot deadlock on the unique
 * index. What asks for the count of another part runs after that part: first the guards, then the
 * look for twins, then the rows, at last the counter that others wait for.
 */
export async function insertOrders(
  connection: Connection,
  accepted: readonly AcceptedOrder[],
  { duplicateWindowSeconds, leaseMs = PRODUCTION_RETRY_POLICY.leaseMs }: InsertOptions,
): Promise<{ left: readonly string[]; at: Date }> {
  const orders = accepted.map(({ order }) => order);
  const lines = accepted.flatMap(({ order, items }) =>
    items.map((item, position) => ({ item, position, orderId: order.id })),
  );
  const isGuarded = (o: NewOrder): boolean => duplicateWindowSeconds > 0 && !o.allowDuplicate;
  const guarded = orders.filter(isGuarded);
  const rows = await connection.$queryRaw<{ left_out: string[] | null; at: Date }[]>`
    WITH ${selectChanged(lines)},
    ${guarded.length === 0 ? NO_TWINS : selectTwins(guarded, duplicateWindowSeconds)},
    basket AS MATERIALIZED (
      SELECT * FROM unnest(
          ${tokenArray(lines.map(({ orderId }) => orderId))}::uuid[],
          ${textArray(lines.map(({ item }) => item.sku))}::text[],
          ${plainArray(lines.map(({ position }) => position))}::smallint[],
          ${plainArray(lines.map(({ item }) => item.quantity))}::int[],
          ${plainArray(lines.map(({ item }) => item.unitPriceMinor))}::bigint[]
        ) AS l(order_id, sku, position, quantity, unit_price_minor)
    ), input AS MATERIALIZED (
      SELECT * FROM unnest(
        ${tokenArray(orders.map((o) => o.id))}::uuid[],
        ${textArray(orders.map((o) => o.customerId))}::text[],
        ${textArray(orders.map((o) => o.idempotencyKey))}::text[],
        ${tokenArray(orders.map((o) => o.requestHash))}::text[],
        ${tokenArray(orders.map((o) => o.fingerprint))}::text[],
        ${plainArray(accepted.map(({ totalMinor }) => totalMinor))}::bigint[],
        ${textArray(orders.map((o) => JSON.stringify(o.metadata)))}::text[],
        ${textArray(orders.map((o) => o.actor))}::text[],
        ${plainArray(orders.map(isGuarded))}::boolean[]
      ) AS t(id, customer_id, idempotency_key, request_hash, fingerprint, total_minor, metadata, actor, is_guarded)
    ), inserted AS (
      INSERT INTO orders (id, customer_id, status, currency, total_minor, metadata, idempotency_key,
                          request_hash, fingerprint, next_check_at, created_at, updated_at, step_started_at)
      SELECT id, customer_id, 'pending', ${CATALOGUE_CURRENCY}, total_minor, metadata::jsonb,
             idempotency_key, request_hash, fingerprint,
             now() + make_interval(secs => ${leaseMs / 1000}::double precision), now(), now(), now()
        FROM input
       WHERE (SELECT count(*) FROM twins) >= 0
         AND NOT EXISTS (SELECT FROM twins t
                          WHERE is_guarded AND t.customer_id = input.customer_id AND t.fingerprint = input.fingerprint)
         AND NOT EXISTS (SELECT FROM basket l JOIN changed USING (sku) WHERE l.order_id = input.id)
       ORDER BY customer_id, idempotency_key, id
          ON CONFLICT DO NOTHING
      RETURNING id
    ), lines AS (
      INSERT INTO order_items (order_id, sku, position, quantity, unit_price_minor)
      SELECT l.order_id, l.sku, l.position, l.quantity, l.unit_price_minor
        FROM basket l JOIN inserted ON inserted.id = l.order_id
      RETURNING 1
    ), events AS (
      INSERT INTO order_events (order_id, seq, type, to_status, actor, at, data)
      SELECT id, 1, 'placed', 'pending', input.actor, now(), '{}'::jsonb
        FROM input JOIN inserted USING (id)
      RETURNING 1
    ), counters AS (
      UPDATE order_counters SET pending = pending + (SELECT count(*) FROM inserted)
       WHERE shard = ${pickCounterShard()}
         AND (SELECT count(*) FROM lines) > 0 AND (SELECT count(*) FROM events) > 0
    )
    SELECT CASE WHEN count(*) < ${orders.length}::int
                THEN (SELECT json_agg(id) FROM input WHERE id NOT IN (SELECT id FROM inserted)) END AS left_out,
           now()::timestamptz(3) AS at
      FROM inserted`;
  const [row] = rows;
  if (row === undefined) throw new Error('an aggregate without a row');
  return { left: row.left_out ?? [], at: row.at };
}

/** The SKUs that cannot be had any more at the prices of these lines. */
function selectChanged(lines: readonly { readonly item: PricedItem }[]): Prisma.Sql {
  const prices = new Map(lines.map(({ item }) => [item.sku, item.unitPriceMinor]));
  return Prisma.sql`changed AS MATERIALIZED (
      SELECT seen.sku
        FROM unnest(${textArray(Array.from(prices.keys()))}::text[],
                    ${plainArray(Array.from(prices.values()))}::bigint[]) AS seen(sku, price_minor)
        LEFT JOIN products p ON p.sku = seen.sku AND p.price_minor = seen.price_minor AND p.active
       WHERE p.sku IS NULL
    )`;
}

const NO_TWINS = Prisma.sql`
    twins AS (SELECT NULL AS customer_id, NULL AS fingerprint WHERE false)`;

function selectTwins(orders: readonly NewOrder[], windowSeconds: number): Prisma.Sql {
  return Prisma.sql`guards AS MATERIALIZED (${takeGuards(orders)}),
    twins AS MATERIALIZED (
      SELECT customer_id, fingerprint FROM live_twins(
        ${textArray(orders.map((o) => o.customerId))}::text[],
        ${tokenArray(orders.map((o) => o.fingerprint))}::text[],
        ${windowSeconds}::double precision, NULL)
       WHERE (SELECT guards FROM guards) > 0
    )`;
}

/** The order as its first reader sees it; equal to what a read would give. */
export function toPlacedOrder({ order, items, totalMinor }: AcceptedOrder, at: Date): Order {
  const time = at.toISOString();
  const currency = CATALOGUE_CURRENCY;
  return {
    id: order.id,
    customerId: order.customerId,
    status: 'pending',
    reason: null,
    items: items.map(({ sku, quantity, unitPriceMinor }) => ({
      sku,
      quantity,
      unitPrice: { amount: unitPriceMinor, currency },
    })),
    total: { amount: totalMinor, currency },
    metadata: { ...order.metadata },
    version: 1,
    createdAt: time,
    updatedAt: time,
    processingStartedAt: null,
    processingFinishedAt: null,
    completedAt: null,
  };
}
