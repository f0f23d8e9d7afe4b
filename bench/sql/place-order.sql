-- One order as the api stores it: order, two priced items, first event, counter. For pgbench, and for
-- pg when there is none.
\set customer random(1, 1000)
\set one random(1, 1000)
\set apart random(1, 999)
\set two 1 + (:one - 1 + :apart) % 1000
\set shard random(0, 15)
WITH line AS MATERIALIZED (
  SELECT sku, position, quantity, price_minor
    FROM (VALUES ('BENCH-' || lpad(:one::text, 4, '0'), 0, 1),
                 ('BENCH-' || lpad(:two::text, 4, '0'), 1, 2)) AS basket(sku, position, quantity)
    JOIN products USING (sku)
), placed AS (
  INSERT INTO orders (id, customer_id, status, currency, total_minor, metadata, idempotency_key,
                      request_hash, fingerprint, next_check_at)
  SELECT uuidv7(), 'customer-' || :customer::int, 'pending', 'USD', total, '{}', key, key, key,
         now() + interval '60 s'
    FROM (SELECT sum(price_minor * quantity) AS total, gen_random_uuid()::text AS key FROM line) AS one
  RETURNING id, customer_id
), items AS (
  INSERT INTO order_items (order_id, sku, position, quantity, unit_price_minor)
  SELECT id, sku, position, quantity, price_minor FROM placed CROSS JOIN line
), event AS (
  INSERT INTO order_events (order_id, seq, type, to_status, actor, data)
  SELECT id, 1, 'placed', 'pending', customer_id, '{}' FROM placed
)
UPDATE order_counters SET pending = pending + 1 WHERE shard = :shard::int;
