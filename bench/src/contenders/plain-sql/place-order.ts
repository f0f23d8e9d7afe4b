import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { type OrderBody, priceItems } from '../order-body.ts';

const SWEEP_AFTER = "interval '60 s'";

/** Adds the order's job on the connection, in the transaction, that writes the order. */
export type AddJob = (client: pg.PoolClient, orderId: string) => Promise<void>;

/** Prices the basket and writes the order, its items, its log and its job in one transaction. */
export async function placeOrder(pool: pg.Pool, addJob: AddJob, body: OrderBody, key: string) {
  const { rows } = await pool.query<{ sku: string; price_minor: string }>({
    name: 'prices',
    text: 'SELECT sku, price_minor FROM products WHERE sku = ANY($1) AND active',
    values: [body.items.map(({ sku }) => sku)],
  });
  const prices = new Map(rows.map((row) => [row.sku, Number(row.price_minor)]));
  const priced = priceItems(body.items, prices);
  if (priced === null) return null;

  const { customerId } = body;
  const order = { id: uuidv7(), customerId, status: 'pending', ...priced };
  await inTransaction(pool, async (client) => {
    await client.query({
      name: 'insert-order',
      text: `INSERT INTO orders (id, customer_id, status, currency, total_minor, metadata,
                                 idempotency_key, request_hash, fingerprint, next_check_at)
             VALUES ($1, $2, 'pending', 'USD', $3, '{}', $4, $4, $4, now() + ${SWEEP_AFTER})`,
      values: [order.id, customerId, order.totalMinor, key],
    });
    await client.query({
      name: 'insert-items',
      text: `INSERT INTO order_items (order_id, sku, position, quantity, unit_price_minor)
             SELECT $1, * FROM unnest($2::text[], $3::smallint[], $4::int[], $5::bigint[])`,
      values: [
        order.id,
        order.items.map(({ sku }) => sku),
        order.items.map((_, position) => position),
        order.items.map(({ quantity }) => quantity),
        order.items.map(({ unitPriceMinor }) => unitPriceMinor),
      ],
    });
    await client.query({
      name: 'insert-event',
      text: `INSERT INTO order_events (order_id, seq, type, to_status, actor, data)
             VALUES ($1, 1, 'placed', 'pending', $2, '{}')`,
      values: [order.id, customerId],
    });
    await addJob(client, order.id);
  });
  return order;
}

/** BEGIN, the work, COMMIT; ROLLBACK when it throws. */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}
