import { ORDER_STATUSES, TRANSITIONS } from '@orders/domain/order-status';
import { expect } from 'vitest';
import type { TestDatabase } from './start-database.ts';

const MOVES = Object.entries(TRANSITIONS).flatMap(([from, next]) =>
  next.map((to: string) => `('${from}', '${to}')`),
);

/** Each statement finds what must not be: stock, money, log and counters that do not add up. */
const VIOLATIONS: Readonly<Record<string, string>> = {
  'on hand is what was moved less what was sold': `
    SELECT i.sku, i.on_hand, i.sold FROM inventory i
     WHERE on_hand <> COALESCE((SELECT sum(delta) FROM stock_movements m WHERE m.sku = i.sku), 0) - sold`,
  'sold is what completed orders took': `
    SELECT i.sku, i.sold FROM inventory i
     WHERE sold <> COALESCE((SELECT sum(quantity) FROM order_items l JOIN orders o ON o.id = l.order_id
                              WHERE l.sku = i.sku AND o.status = 'completed'), 0)`,
  'reserved is what orders hold': `
    SELECT i.sku, i.reserved FROM inventory i
     WHERE reserved <> COALESCE((SELECT sum(quantity) FROM order_items l JOIN orders o ON o.id = l.order_id
                                  WHERE l.sku = i.sku AND o.holds_stock), 0)`,
  'less than promised only with an open shortfall': `
    SELECT sku FROM inventory i
     WHERE (on_hand < reserved) <> EXISTS (SELECT FROM stock_shortfalls s WHERE s.sku = i.sku AND closed_at IS NULL)`,
  'the log of an order has no gaps and ends in its version': `
    SELECT o.id, o.version, count(e.seq), max(e.seq) FROM orders o LEFT JOIN order_events e ON e.order_id = o.id
     GROUP BY o.id HAVING count(e.seq) <> o.version OR max(e.seq) <> o.version`,
  'each step of the log begins where the last one ended, and ends in the status': `
    SELECT * FROM (
      SELECT e.order_id, e.seq, e.from_status, e.to_status, o.status,
             lag(to_status) OVER line AS before, lead(to_status) OVER line AS after
        FROM order_events e JOIN orders o ON o.id = e.order_id
      WINDOW line AS (PARTITION BY order_id ORDER BY seq)) steps
     WHERE from_status IS DISTINCT FROM before OR after IS NULL AND to_status <> status`,
  'no step leads out of the transition table': `
    SELECT order_id, seq, from_status, to_status FROM order_events
     WHERE from_status IS NULL AND (seq, to_status) <> (1, 'pending')
        OR from_status <> to_status AND (from_status, to_status) NOT IN (VALUES ${MOVES.join(', ')})`,
  'exactly the failed orders have one open dead letter': `
    SELECT o.id, o.status, count(d.id) FROM orders o
      LEFT JOIN dead_letters d ON d.order_id = o.id AND d.state = 'open'
     GROUP BY o.id HAVING count(d.id) <> CASE WHEN o.status = 'failed' THEN 1 ELSE 0 END`,
  'exactly the backordered orders stand in line': `
    SELECT o.id, o.status, count(b.sku) FROM orders o LEFT JOIN backorders b ON b.order_id = o.id
     GROUP BY o.id HAVING (count(b.sku) > 0) <> (o.status = 'backordered')`,
  'an order that works or waits is looked at again': `
    SELECT id, status FROM orders WHERE status NOT IN ('completed', 'rejected', 'cancelled', 'failed') AND next_check_at IS NULL`,
  'a completed order was charged its total once': `
    SELECT o.id, count(p.attempt) FROM orders o
      LEFT JOIN payment_attempts p ON p.order_id = o.id AND p.outcome = 'captured'
            AND NOT EXISTS (SELECT FROM refunds r WHERE r.charge_id = p.charge_id)
     WHERE o.status = 'completed'
     GROUP BY o.id HAVING count(*) <> 1 OR bool_or(p.amount_minor IS DISTINCT FROM o.total_minor)`,
  'the current attempt has its row': `
    SELECT id, attempt FROM orders o WHERE status = 'reserved'
       AND NOT EXISTS (SELECT FROM payment_attempts p WHERE p.order_id = o.id AND p.attempt = o.attempt)`,
  'an order costs what its items do': `
    SELECT o.id FROM orders o JOIN order_items i ON i.order_id = o.id
     GROUP BY o.id HAVING o.total_minor <> sum(i.quantity * i.unit_price_minor)`,
  'nobody has waited in a circle': `
    SELECT deadlocks FROM pg_stat_database WHERE datname = current_database() AND deadlocks > 0`,
  'counters equal the table': `
    SELECT sums.*, table_counts.* FROM
      (SELECT ${ORDER_STATUSES.map((status) => `sum(${status})::int AS ${status}`).join(', ')}, sum(processing_ms)::bigint AS ms
         FROM order_counters) sums,
      (SELECT ${ORDER_STATUSES.map((status) => `count(*) FILTER (WHERE status = '${status}')::int AS ${status}`).join(', ')},
              COALESCE(sum(round(extract(epoch FROM completed_at - processing_started_at) * 1000)), 0)::bigint AS ms
         FROM orders) table_counts
     WHERE to_jsonb(sums) <> to_jsonb(table_counts)`,
};

/** Holds after every test, whatever it did: nothing that must not be is stored. */
export async function expectConsistent({ sql }: TestDatabase): Promise<void> {
  const found: Record<string, unknown[]> = {};
  for (const [rule, statement] of Object.entries(VIOLATIONS)) {
    const rows = await sql(statement);
    if (rows.length > 0) found[rule] = rows.slice(0, 5);
  }
  expect(found).toEqual({});
}
