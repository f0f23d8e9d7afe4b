import type { Connection } from '../client.ts';
import { type Finding, MAX_FINDINGS } from './violation.ts';

/**
 * I2: per SKU `reserved` = Σ items of orders that hold stock, `sold` = Σ items of completed
 * orders, `on_hand` = Σ movements − sold; fewer units than are promised, or than none, only while
 * a shortfall is open. All sides come from one snapshot, so it is exact under load. Zero rows:
 * the stock adds up.
 *
 * @param skus the SKUs to look at; all of them without
 */
export function findStockViolations(
  snapshot: Connection,
  skus: readonly string[] | null = null,
): Promise<Finding[]> {
  const all = skus === null;
  const some = skus ?? [];
  return snapshot.$queryRaw<Finding[]>`
    WITH moved AS (
      SELECT sku, sum(delta) AS moved
        FROM stock_movements
       WHERE ${all} OR sku = ANY(${some}::text[])
       GROUP BY sku
    ), ordered AS (
      SELECT i.sku,
             coalesce(sum(i.quantity) FILTER (WHERE o.holds_stock), 0) AS held,
             coalesce(sum(i.quantity) FILTER (WHERE o.status = 'completed'), 0) AS sold
        FROM order_items i
        JOIN orders o ON o.id = i.order_id
       WHERE (o.holds_stock OR o.status = 'completed')
         AND (${all} OR i.sku = ANY(${some}::text[]))
       GROUP BY i.sku
    ), compared AS (
      SELECT coalesce(s.sku, m.sku, d.sku) AS sku,
             s.sku IS NOT NULL AS known, s.on_hand, s.reserved, s.sold,
             coalesce(m.moved, 0) AS moved, coalesce(d.held, 0) AS held,
             coalesce(d.sold, 0) AS sold_by_orders
        FROM (SELECT * FROM inventory WHERE ${all} OR sku = ANY(${some}::text[])) s
        FULL JOIN moved m ON m.sku = s.sku
        FULL JOIN ordered d ON d.sku = coalesce(s.sku, m.sku)
    ), judged AS (
      SELECT c.sku,
             concat_ws('; ',
               CASE WHEN NOT c.known
                    THEN format('has no stock row, but movements of %s, %s held and %s sold', c.moved, c.held, c.sold_by_orders) END,
               CASE WHEN c.reserved <> c.held
                    THEN format('reserved is %s, but orders hold %s', c.reserved, c.held) END,
               CASE WHEN c.sold <> c.sold_by_orders
                    THEN format('sold is %s, but completed orders took %s', c.sold, c.sold_by_orders) END,
               CASE WHEN c.on_hand <> c.moved - c.sold
                    THEN format('on_hand is %s, but movements less sold give %s', c.on_hand, c.moved - c.sold) END,
               CASE WHEN c.on_hand < c.reserved AND f.sku IS NULL
                    THEN format('on_hand is %s with %s reserved, and no shortfall is open', c.on_hand, c.reserved) END
             ) AS detail
        FROM compared c
        LEFT JOIN stock_shortfalls f ON f.sku = c.sku AND f.closed_at IS NULL
    )
    SELECT sku AS subject, detail FROM judged WHERE detail <> '' ORDER BY sku LIMIT ${MAX_FINDINGS}`;
}
