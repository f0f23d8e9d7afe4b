import { CATALOGUE_CURRENCY } from '@orders/domain/money';
import type { Connection, Database } from './client.ts';
import { pickCounterShard } from './counters/counter-shard.ts';
import { lockStock } from './inventory/lock-stock.ts';
import { inTransaction } from './transaction.ts';

export interface SeedOrdersOptions {
  readonly count: number;
  /** Also completed ones. Their charges are in no provider's ledger. */
  readonly completed: boolean;
  /** Told after each slice how many are there. */
  readonly onProgress?: (orders: number) => void;
}

export type SeededOrders =
  | { readonly kind: 'seeded'; readonly orders: number }
  /** There is nothing to order. */
  | { readonly kind: 'no-products' };

/** Orders per transaction: far below its time-out, also on a slow disk. */
const SLICE = 10_000;
/** The orders are spread over so much time before now; the youngest are out of everybody's way. */
const SPREAD_MS = 30 * 86_400_000;
const YOUNGEST_MS = 86_400_000;
const MAX_PRODUCTS = 1_000;

/**
 * Makes orders of the past that have come to rest, with everything that belongs to them: items, log,
 * counters and, for completed ones, payments and stock. All invariants hold after each slice, also
 * while others place orders; ended in the middle, what is there is right.
 */
export async function seedOrders(
  database: Database,
  { count, completed, onProgress }: SeedOrdersOptions,
): Promise<SeededOrders> {
  const products = await database.prisma.$queryRaw<{ sku: string }[]>`
    SELECT sku FROM products JOIN inventory USING (sku)
     WHERE active
     ORDER BY sku
     LIMIT ${MAX_PRODUCTS}`;
  if (products.length === 0) return { kind: 'no-products' };
  const skus = products.map(({ sku }) => sku);
  const first = new Date(Date.now() - YOUNGEST_MS - SPREAD_MS);
  const stepMs = SPREAD_MS / count;
  for (let from = 0; from < count; from += SLICE) {
    const to = Math.min(count, from + SLICE);
    await inTransaction(database, async (tx) => {
      // Sorted, as everywhere; the statement below would lock in the order of its plan.
      if (completed) await lockStock(tx, skus);
      await insertSlice(tx, { skus, from, to, first, stepMs, completed });
    });
    onProgress?.(to);
  }
  return { kind: 'seeded', orders: count };
}

interface Slice {
  readonly skus: readonly string[];
  readonly from: number;
  readonly to: number;
  /** When the first of all slices was placed, and the time between two of them. */
  readonly first: Date;
  readonly stepMs: number;
  readonly completed: boolean;
}

/**
 * One statement per slice, all or nothing. Stock of completed orders is delivered and sold at once,
 * so what is on hand stays as it is. Ids are UUIDv7 of the time of the order.
 */
async function insertSlice(
  tx: Connection,
  { skus, from, to, first, stepMs, completed }: Slice,
): Promise<void> {
  await tx.$executeRaw`
    WITH catalogue AS MATERIALIZED (
      SELECT (place - 1)::int AS place, p.sku, p.price_minor
        FROM unnest(${skus}::text[]) WITH ORDINALITY AS s(sku, place)
        JOIN products p ON p.sku = s.sku
    ), made AS MATERIALIZED (
      SELECT n, created_at, 'seed-' || n % 20000 AS customer_id,
             overlay(encode(set_bit(set_bit(uuid_send(gen_random_uuid()), 52, 1), 53, 1), 'hex')
                     PLACING lpad(to_hex(floor(extract(epoch FROM created_at) * 1000)::bigint), 12, '0')
                     FROM 1 FOR 12)::uuid AS id,
             CASE WHEN ${completed} AND n % 20 < 17 THEN 'completed'
                  WHEN n % 20 < 12 OR n % 20 = 19 THEN 'cancelled'
                  ELSE 'rejected' END AS status,
             created_at + (20 + n % 200) * interval '1 millisecond' AS started_at
        FROM generate_series(${from}::int, ${to - 1}::int) AS n
       CROSS JOIN LATERAL (
             SELECT (${first}::timestamptz + n * ${stepMs}::float8 * interval '1 millisecond')::timestamptz(3) AS created_at) t
    ), rested AS MATERIALIZED (
      SELECT *, started_at + CASE status WHEN 'completed' THEN 30 + n % 400
                                         WHEN 'rejected' THEN 10000
                                         ELSE 2000 END * interval '1 millisecond' AS ended_at
        FROM made
    ), lines AS MATERIALIZED (
      SELECT DISTINCT ON (r.id, c.sku) r.id, r.status, c.sku, c.price_minor, w.position,
             1 + (r.n + w.position) % 3 AS quantity
        FROM rested r
       CROSS JOIN LATERAL (VALUES (0, r.n % ${skus.length}::int),
                                  (1, (r.n::bigint * 31 + 7) % ${skus.length}::int)) AS w(position, place)
        JOIN catalogue c ON c.place = w.place
       ORDER BY r.id, c.sku, w.position
    ), baskets AS (
      SELECT id, sum(quantity * price_minor) AS total_minor,
             translate(left(encode(sha256(convert_to(
               string_agg(sku || '=' || quantity, E'\n' ORDER BY (sku || '=' || quantity) COLLATE "C"), 'UTF8')),
               'base64'), 22), '+/', '-_') AS fingerprint
        FROM lines GROUP BY id
    ), inserted AS (
      INSERT INTO orders (id, customer_id, status, reason, currency, total_minor, metadata, version, request_hash,
                          fingerprint, attempt, step_started_at, created_at, updated_at, processing_started_at,
                          processing_finished_at, completed_at)
      SELECT id, customer_id, status, CASE status WHEN 'rejected' THEN 'out_of_stock' END, ${CATALOGUE_CURRENCY},
             total_minor, '{"origin": "seed"}', CASE status WHEN 'cancelled' THEN 2 ELSE 3 END, fingerprint,
             fingerprint, CASE status WHEN 'completed' THEN 1 ELSE 0 END, ended_at, created_at, ended_at,
             CASE WHEN status <> 'cancelled' THEN started_at END, ended_at,
             CASE WHEN status = 'completed' THEN ended_at END
        FROM rested JOIN baskets USING (id)
       ORDER BY n
    ), items AS (
      INSERT INTO order_items (order_id, sku, position, quantity, unit_price_minor)
      SELECT id, sku, position, quantity, price_minor FROM lines
    ), events AS (
      INSERT INTO order_events (order_id, seq, type, from_status, to_status, reason, actor, at, data)
      SELECT r.id, e.seq, e.type, e.from_status, e.to_status, e.reason, e.actor, e.at, '{}'
        FROM rested r
       CROSS JOIN LATERAL (
             SELECT 1, 'placed', NULL, 'pending', NULL, 'customer:' || customer_id, created_at
             UNION ALL
             SELECT 2, 'cancelled', 'pending', 'cancelled', NULL, 'customer:' || customer_id, ended_at
              WHERE status = 'cancelled'
             UNION ALL
             SELECT 2, 'backordered', 'pending', 'backordered', NULL, 'system', started_at
              WHERE status = 'rejected'
             UNION ALL
             SELECT 3, 'rejected', 'backordered', 'rejected', 'out_of_stock', 'system', ended_at
              WHERE status = 'rejected'
             UNION ALL
             SELECT 2, 'reserved', 'pending', 'reserved', NULL, 'system', started_at
              WHERE status = 'completed'
             UNION ALL
             SELECT 3, 'completed', 'reserved', 'completed', NULL, 'system', ended_at
              WHERE status = 'completed'
             ) AS e(seq, type, from_status, to_status, reason, actor, at)
    ), paid AS (
      INSERT INTO payment_attempts (order_id, attempt, key, amount_minor, currency, outcome, charge_id, created_at, settled_at)
      SELECT id, 1, 'charge-' || id || '-1', total_minor, ${CATALOGUE_CURRENCY}, 'captured', 'seed-' || id,
             started_at, ended_at
        FROM rested JOIN baskets USING (id)
       WHERE status = 'completed'
    ), sold AS (
      SELECT sku, sum(quantity) AS units FROM lines WHERE status = 'completed' GROUP BY sku
    ), stocked AS (
      UPDATE inventory i SET sold = i.sold + s.units FROM sold s WHERE i.sku = s.sku
      RETURNING i.sku, s.units, i.on_hand
    ), delivered AS (
      INSERT INTO stock_movements (sku, kind, delta, balance, reason, actor)
      SELECT sku, 'seed', units, on_hand + units, 'delivered for seeded orders', 'system' FROM stocked ORDER BY sku
    )
    UPDATE order_counters
       SET completed = completed + (SELECT count(*) FROM rested WHERE status = 'completed'),
           rejected = rejected + (SELECT count(*) FROM rested WHERE status = 'rejected'),
           cancelled = cancelled + (SELECT count(*) FROM rested WHERE status = 'cancelled'),
           processing_ms = processing_ms + COALESCE((
             SELECT sum(round(extract(epoch FROM ended_at - started_at) * 1000)) FROM rested WHERE status = 'completed'), 0)
     WHERE shard = ${pickCounterShard()}`;
}
