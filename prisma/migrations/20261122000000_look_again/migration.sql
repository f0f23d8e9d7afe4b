-- What a statement asks again after it has waited for its locks. VOLATILE, so that each call sees what
-- was committed until then, not until the calling statement began (PostgreSQL documentation, 36.7).
-- LIMIT makes it one look into the index per element, also by a plan that was made while the table was
-- small. Only adds functions, which the version before does not call.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

-- Of each pair of customer and basket the newest live order within the window, if there is one. Live is
-- all but cancelled, rejected and failed; failed counts while its payment is unknown.
CREATE FUNCTION "live_twins"("customers" TEXT[], "fingerprints" TEXT[], "window_seconds" DOUBLE PRECISION, "except_id" UUID)
RETURNS TABLE ("customer_id" TEXT, "fingerprint" TEXT, "id" UUID)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN QUERY
    SELECT g.customer_id, g.fingerprint, twin.id
      FROM unnest(customers, fingerprints) AS g(customer_id, fingerprint)
     CROSS JOIN LATERAL (
           SELECT o.id FROM orders o
            WHERE o.customer_id = g.customer_id AND o.fingerprint = g.fingerprint
              AND o.id IS DISTINCT FROM except_id
              AND o.created_at > now() - make_interval(secs => window_seconds)
              AND (o.status NOT IN ('cancelled', 'rejected', 'failed')
                   OR o.status = 'failed' AND EXISTS (
                      SELECT FROM payment_attempts p WHERE p.order_id = o.id AND p.outcome IS NULL))
            ORDER BY o.created_at DESC
            LIMIT 1) twin;
END $$;

-- Whether an order waits for stock of one of the SKUs.
CREATE FUNCTION "is_waited_for"("skus" TEXT[])
RETURNS BOOLEAN
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM unnest(skus) AS s(sku)
     CROSS JOIN LATERAL (SELECT FROM backorders b WHERE b.sku = s.sku LIMIT 1) line);
END $$;
