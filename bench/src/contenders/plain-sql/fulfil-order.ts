import type pg from 'pg';
import type { createCharge } from '../charge.ts';
import { inTransaction } from './place-order.ts';

/** Reserve, charge, settle: one transaction of a few prepared statements for each step that writes. */
export async function fulfilOrder(
  pool: pg.Pool,
  charge: ReturnType<typeof createCharge>,
  orderId: string,
): Promise<void> {
  const totalMinor = await inTransaction(pool, (client) => reserve(client, orderId));
  if (totalMinor === null) return;
  const { status, chargeId } = await charge(orderId, `charge-${orderId}-1`, totalMinor);
  if (status !== 'captured') throw new Error(`the charge of ${orderId} was ${status}`);
  await inTransaction(pool, (client) => settle(client, orderId, chargeId));
}

/** Null when the order needs no charge any more. */
async function reserve(client: pg.PoolClient, orderId: string): Promise<number | null> {
  const { rows } = await client.query<{ status: string; total_minor: string }>({
    name: 'lock-order',
    text: 'SELECT status, total_minor FROM orders WHERE id = $1 FOR NO KEY UPDATE',
    values: [orderId],
  });
  const order = rows[0];
  if (order?.status === 'reserved') return Number(order.total_minor);
  if (order?.status !== 'pending') return null;

  for (const { sku, quantity } of await readItems(client, orderId)) {
    const { rowCount } = await client.query({
      name: 'reserve-stock',
      text: `UPDATE inventory SET reserved = reserved + $2
              WHERE sku = $1 AND on_hand - reserved >= $2`,
      values: [sku, quantity],
    });
    if (rowCount === 0) throw new Error(`${sku} is out of stock`);
  }
  await client.query({
    name: 'reserve-order',
    text: `UPDATE orders
              SET status = 'reserved', holds_stock = true, attempt = 1, version = version + 1,
                  updated_at = now(), processing_started_at = now()
            WHERE id = $1`,
    values: [orderId],
  });
  await client.query({
    name: 'insert-attempt',
    text: `INSERT INTO payment_attempts (order_id, attempt, key, amount_minor, currency)
           VALUES ($1, 1, $2, $3, 'USD')`,
    values: [orderId, `charge-${orderId}-1`, order.total_minor],
  });
  await insertEvent(client, orderId, 2, 'pending', 'reserved');
  return Number(order.total_minor);
}

async function settle(client: pg.PoolClient, orderId: string, chargeId: string): Promise<void> {
  const { rowCount } = await client.query({
    name: 'complete-order',
    text: `UPDATE orders
              SET status = 'completed', holds_stock = false, version = version + 1,
                  next_check_at = NULL, updated_at = now(), processing_finished_at = now(),
                  completed_at = now()
            WHERE id = $1 AND status = 'reserved'`,
    values: [orderId],
  });
  if (rowCount === 0) return;
  await client.query({
    name: 'settle-attempt',
    text: `UPDATE payment_attempts SET outcome = 'captured', charge_id = $2, settled_at = now()
            WHERE order_id = $1 AND attempt = 1`,
    values: [orderId, chargeId],
  });
  for (const { sku, quantity } of await readItems(client, orderId)) {
    await client.query({
      name: 'sell-stock',
      text: `UPDATE inventory
                SET on_hand = on_hand - $2, reserved = reserved - $2, sold = sold + $2
              WHERE sku = $1`,
      values: [sku, quantity],
    });
  }
  await insertEvent(client, orderId, 3, 'reserved', 'completed');
}

/** By SKU, so that two orders lock the rows of their stock in the same order. */
async function readItems(
  client: pg.PoolClient,
  orderId: string,
): Promise<{ sku: string; quantity: number }[]> {
  const { rows } = await client.query<{ sku: string; quantity: number }>({
    name: 'read-items',
    text: 'SELECT sku, quantity FROM order_items WHERE order_id = $1 ORDER BY sku',
    values: [orderId],
  });
  return rows;
}

async function insertEvent(
  client: pg.PoolClient,
  orderId: string,
  seq: number,
  from: string,
  to: string,
): Promise<void> {
  await client.query({
    name: 'insert-event',
    text: `INSERT INTO order_events (order_id, seq, type, from_status, to_status, actor, data)
           VALUES ($1, $2, $4, $3, $4, 'system', '{}')`,
    values: [orderId, seq, from, to],
  });
}
