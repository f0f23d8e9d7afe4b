import { PRODUCTION_RETRY_POLICY } from '@orders/domain/retry-policy';
import type pg from 'pg';
import { onDatabase } from './on-database.ts';
import { PRODUCTS } from './seed-catalogue.ts';

export interface PendingOptions {
  readonly count: number;
  /** Over how many SKUs the first item of each order is spread; the second one is over all. */
  readonly firstSkus?: number;
}

/**
 * Writes orders as they look right after they were accepted: two items each, priced from the
 * catalogue, `pending`, with the first row of their log, counted. Set-based. Returns their ids,
 * oldest first.
 */
export async function seedPending(
  databaseUrl: string,
  { count, firstSkus = PRODUCTS }: PendingOptions,
): Promise<string[]> {
  return onDatabase(databaseUrl, async (client) => {
    await client.query('BEGIN');
    await fillInput(client, count, firstSkus);
    await client.query(`
      INSERT INTO orders (id, customer_id, status, currency, total_minor, metadata,
                          idempotency_key, request_hash, fingerprint, next_check_at)
      SELECT id, 'customer-' || 1 + n % 1000, 'pending', 'USD', total, '{}', md5(id::text),
             md5(id::text), md5(id::text), now() + interval '${PRODUCTION_RETRY_POLICY.leaseMs} ms'
        FROM input`);
    await client.query(INSERT_ITEMS);
    await client.query(`
      INSERT INTO order_events (order_id, seq, type, to_status, actor, data)
      SELECT id, 1, 'placed', 'pending', 'customer-' || 1 + n % 1000, '{}' FROM input`);
    await client.query('UPDATE order_counters SET pending = pending + $1 WHERE shard = 16', [
      count,
    ]);
    const { rows } = await client.query<{ id: string }>('SELECT id FROM input ORDER BY n');
    await client.query('COMMIT');
    await client.query('VACUUM (ANALYZE) orders, order_items, order_events');
    return rows.map(({ id }) => id);
  });
}

/** A temporary table `input` of this transaction: id, n and two priced lines of each order. */
export async function fillInput(
  client: pg.Client,
  count: number,
  firstSkus: number = PRODUCTS,
): Promise<void> {
  await client.query(`
    CREATE TEMPORARY TABLE input ON COMMIT DROP AS
    SELECT n, uuidv7() AS id, one.sku AS sku_one, two.sku AS sku_two,
           one.price_minor AS price_one, two.price_minor AS price_two,
           1 + n % 3 AS quantity_one, 1 + n % 2 AS quantity_two,
           one.price_minor * (1 + n % 3) + two.price_minor * (1 + n % 2) AS total
      FROM generate_series(1, ${count}) AS n
      JOIN products one ON one.sku = 'BENCH-' || lpad((1 + (n * 617) % ${firstSkus})::text, 4, '0')
      JOIN products two ON two.sku = 'BENCH-' ||
           lpad((1 + ((n * 617) % ${firstSkus} + 1 + (n * 389) % ${PRODUCTS - 1}) % ${PRODUCTS})::text, 4, '0')`);
}

/** Two rows for each row of `input`. */
export const INSERT_ITEMS = `
  INSERT INTO order_items (order_id, sku, position, quantity, unit_price_minor)
  SELECT id, sku_one, 0, quantity_one, price_one FROM input
   UNION ALL
  SELECT id, sku_two, 1, quantity_two, price_two FROM input`;
