import { onDatabase } from './on-database.ts';
import { fillInput, INSERT_ITEMS } from './seed-pending.ts';

/** So many in one transaction: its temporary table stays in memory. */
const SLICE = 100_000;

/**
 * Writes orders as they look when all went well, a day ago: items, log, payment attempt, stock and
 * counters agree. Set-based; about 25 s for a million.
 */
export async function seedCompleted(
  databaseUrl: string,
  count: number,
  log: (line: string) => void,
): Promise<void> {
  await onDatabase(databaseUrl, async (client) => {
    for (let done = 0; done < count; done += SLICE) {
      const slice = Math.min(SLICE, count - done);
      await client.query('BEGIN');
      await fillInput(client, slice);
      for (const statement of STATEMENTS) await client.query(statement);
      await client.query('UPDATE order_counters SET completed = completed + $1 WHERE shard = 16', [
        slice,
      ]);
      await client.query('COMMIT');
      log(`${done + slice} of ${count} completed orders written`);
    }
    await client.query('VACUUM (ANALYZE)');
  });
}

const A_DAY_AGO = "now() - interval '1 day' + n * interval '1 ms'";

const STATEMENTS = [
  `INSERT INTO orders (id, customer_id, status, currency, total_minor, metadata, version,
                       idempotency_key, request_hash, fingerprint, attempt, created_at, updated_at,
                       step_started_at, processing_started_at, processing_finished_at, completed_at)
   SELECT id, 'customer-' || 1 + n % 1000, 'completed', 'USD', total, '{}', 3, md5(id::text),
          md5(id::text), md5(id::text), 1, ${A_DAY_AGO}, ${A_DAY_AGO}, ${A_DAY_AGO}, ${A_DAY_AGO},
          ${A_DAY_AGO}, ${A_DAY_AGO}
     FROM input`,
  INSERT_ITEMS,
  `INSERT INTO order_events (order_id, seq, type, from_status, to_status, actor, at, data)
   SELECT id, seq, type, from_status, to_status, 'system', ${A_DAY_AGO}, '{}'
     FROM input
    CROSS JOIN (VALUES (1, 'placed', NULL, 'pending'), (2, 'reserved', 'pending', 'reserved'),
                       (3, 'completed', 'reserved', 'completed')) AS e(seq, type, from_status, to_status)`,
  `INSERT INTO payment_attempts (order_id, attempt, key, amount_minor, currency, outcome, charge_id,
                                 created_at, settled_at)
   SELECT id, 1, 'charge-' || id || '-1', total, 'USD', 'captured', 'ch_' || md5(id::text),
          ${A_DAY_AGO}, ${A_DAY_AGO}
     FROM input`,
  `UPDATE inventory i SET on_hand = on_hand - s.quantity, sold = sold + s.quantity
     FROM (SELECT sku, sum(quantity) AS quantity FROM (
             SELECT sku_one AS sku, quantity_one AS quantity FROM input
              UNION ALL
             SELECT sku_two, quantity_two FROM input) AS lines
            GROUP BY sku) AS s
    WHERE i.sku = s.sku`,
];
