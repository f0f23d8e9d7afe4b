-- Orders and everything that belongs to them. Statuses are repeated from packages/domain
-- (order-status.ts), which decides about them.

CREATE TABLE "orders" (
    "id" UUID NOT NULL,
    "customer_id" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "reason" TEXT,
    "currency" TEXT NOT NULL,
    "total_minor" BIGINT NOT NULL,
    "metadata" JSONB NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "idempotency_key" TEXT,
    "request_hash" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "starts" INTEGER NOT NULL DEFAULT 0,
    "dispatch" INTEGER NOT NULL DEFAULT 1,
    "holds_stock" BOOLEAN NOT NULL DEFAULT false,
    "next_check_at" TIMESTAMPTZ(3),
    "step_started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "processing_started_at" TIMESTAMPTZ(3),
    "processing_finished_at" TIMESTAMPTZ(3),
    "completed_at" TIMESTAMPTZ(3),

    CONSTRAINT "orders_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "orders_status_known" CHECK ("status" IN ('pending', 'backordered', 'reserved', 'completed', 'rejected', 'cancelling', 'cancelled', 'failed')),
    CONSTRAINT "orders_total_not_negative" CHECK ("total_minor" >= 0),
    CONSTRAINT "orders_counts_not_negative" CHECK ("attempt" >= 0 AND "attempts" >= 0 AND "starts" >= 0 AND "dispatch" >= 1 AND "version" >= 1),
    -- Promise 1 in one line: an order that is not at rest is always looked at again.
    CONSTRAINT "orders_open_are_checked" CHECK ("next_check_at" IS NOT NULL OR "status" IN ('completed', 'rejected', 'cancelled', 'failed')),
    CONSTRAINT "orders_held_stock" CHECK (CASE "status" WHEN 'reserved' THEN "holds_stock" WHEN 'cancelling' THEN true WHEN 'failed' THEN true ELSE NOT "holds_stock" END),
    CONSTRAINT "orders_completed_at" CHECK (("status" = 'completed') = ("completed_at" IS NOT NULL))
);

-- Every status change makes a new row version beside the old one: leave room for it.
ALTER TABLE "orders" SET (fillfactor = 80);

CREATE UNIQUE INDEX "orders_customer_key" ON "orders"("customer_id", "idempotency_key") WHERE "idempotency_key" IS NOT NULL;
CREATE INDEX "orders_customer_created" ON "orders"("customer_id", "created_at", "id");
CREATE INDEX "orders_created" ON "orders"("created_at", "id");
CREATE INDEX "orders_status_created" ON "orders"("status", "created_at", "id");
CREATE INDEX "orders_due" ON "orders"("next_check_at", "created_at", "id") WHERE "next_check_at" IS NOT NULL;
-- The last one: between indexes that cost the same, as they all do while the table is small, PostgreSQL
-- takes the newest, and a plan is kept until statistics are gathered.
CREATE INDEX "orders_customer_fingerprint" ON "orders"("customer_id", "fingerprint", "created_at");

CREATE TABLE "order_items" (
    "order_id" UUID NOT NULL,
    "sku" TEXT NOT NULL,
    "position" SMALLINT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "unit_price_minor" BIGINT NOT NULL,

    CONSTRAINT "order_items_pkey" PRIMARY KEY ("order_id","sku"),
    CONSTRAINT "order_items_quantity" CHECK ("quantity" BETWEEN 1 AND 1000),
    CONSTRAINT "order_items_price" CHECK ("unit_price_minor" >= 0)
);

CREATE TABLE "order_events" (
    "order_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "from_status" TEXT,
    "to_status" TEXT NOT NULL,
    "reason" TEXT,
    "actor" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "data" JSONB NOT NULL,

    CONSTRAINT "order_events_pkey" PRIMARY KEY ("order_id","seq")
);

CREATE TABLE "backorders" (
    "sku" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "order_id" UUID NOT NULL,
    "quantity" INTEGER NOT NULL,
    "woken_at" TIMESTAMPTZ(3),

    CONSTRAINT "backorders_pkey" PRIMARY KEY ("sku","created_at","order_id"),
    CONSTRAINT "backorders_quantity" CHECK ("quantity" > 0)
);

CREATE INDEX "backorders_order" ON "backorders"("order_id");

CREATE TABLE "payment_attempts" (
    "order_id" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "outcome" TEXT,
    "charge_id" TEXT,
    "code" TEXT,
    "retryable" BOOLEAN,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "payment_attempts_pkey" PRIMARY KEY ("order_id","attempt"),
    CONSTRAINT "payment_attempts_outcome_known" CHECK ("outcome" IN ('captured', 'declined', 'voided', 'refused')),
    CONSTRAINT "payment_attempts_captured" CHECK ("outcome" IS DISTINCT FROM 'captured' OR "charge_id" IS NOT NULL),
    CONSTRAINT "payment_attempts_amount" CHECK ("amount_minor" >= 0 AND "attempt" >= 1)
);

-- Each attempt is updated once, by its outcome: with room on its page that touches no index.
ALTER TABLE "payment_attempts" SET (fillfactor = 70);

CREATE TABLE "refunds" (
    "order_id" UUID NOT NULL,
    "n" INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    "charge_id" TEXT NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "refund_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "refunded_at" TIMESTAMPTZ(3),

    CONSTRAINT "refunds_pkey" PRIMARY KEY ("order_id","n")
);

-- A charge is given back once, whoever finds it.
CREATE UNIQUE INDEX "refunds_charge" ON "refunds"("charge_id");

CREATE TABLE "dead_letters" (
    "id" UUID NOT NULL,
    "order_id" UUID NOT NULL,
    "reason" TEXT NOT NULL,
    "from_status" TEXT NOT NULL,
    "detail" JSONB NOT NULL,
    "attempts" INTEGER NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'open',
    "opened_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "closed_at" TIMESTAMPTZ(3),
    "closed_by" TEXT,
    "note" TEXT,

    CONSTRAINT "dead_letters_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "dead_letters_state_known" CHECK ("state" IN ('open', 'redriven', 'discarded', 'resolved')),
    CONSTRAINT "dead_letters_closed" CHECK (("state" = 'open') = ("closed_at" IS NULL))
);

CREATE UNIQUE INDEX "dead_letters_one_open" ON "dead_letters"("order_id") WHERE "state" = 'open';
CREATE INDEX "dead_letters_order" ON "dead_letters"("order_id");
CREATE INDEX "dead_letters_state" ON "dead_letters"("state", "opened_at", "id");

CREATE TABLE "order_failures" (
    "id" BIGSERIAL NOT NULL,
    "order_id" UUID NOT NULL,
    "step" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "dispatch" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "order_failures_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "order_failures_kind_known" CHECK ("kind" IN ('own', 'outage', 'killed'))
);

CREATE INDEX "order_failures_order" ON "order_failures"("order_id", "id");

CREATE TABLE "products" (
    "sku" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "price_minor" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "products_pkey" PRIMARY KEY ("sku"),
    CONSTRAINT "products_sku" CHECK ("sku" ~ '^[A-Z0-9][A-Z0-9-]{0,63}$'),
    CONSTRAINT "products_price" CHECK ("price_minor" >= 0)
);

CREATE TABLE "inventory" (
    "sku" TEXT NOT NULL,
    "on_hand" BIGINT NOT NULL DEFAULT 0,
    "reserved" BIGINT NOT NULL DEFAULT 0,
    "sold" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "inventory_pkey" PRIMARY KEY ("sku"),
    -- on_hand may fall below reserved, and below zero, while a shortfall is open.
    CONSTRAINT "inventory_not_negative" CHECK ("reserved" >= 0 AND "sold" >= 0)
);

-- The hottest rows: room for new versions on the same page, and no index on the quantities, keep
-- every update HOT.
ALTER TABLE "inventory" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 1000);

CREATE TABLE "stock_movements" (
    "id" BIGSERIAL NOT NULL,
    "sku" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "delta" BIGINT NOT NULL,
    "balance" BIGINT NOT NULL,
    "reason" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "idempotency_key" TEXT,
    "request_hash" TEXT,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "stock_movements_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "stock_movements_kind_known" CHECK ("kind" IN ('seed', 'adjustment', 'warehouse'))
);

CREATE UNIQUE INDEX "stock_movements_key" ON "stock_movements"("actor", "idempotency_key") WHERE "idempotency_key" IS NOT NULL;
CREATE INDEX "stock_movements_sku" ON "stock_movements"("sku", "id");

CREATE TABLE "stock_shortfalls" (
    "id" BIGSERIAL NOT NULL,
    "sku" TEXT NOT NULL,
    "missing" BIGINT NOT NULL,
    "opened_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "stock_shortfalls_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "stock_shortfalls_open" ON "stock_shortfalls"("sku") WHERE "closed_at" IS NULL;

CREATE TABLE "order_counters" (
    "shard" SMALLINT NOT NULL,
    "pending" BIGINT NOT NULL DEFAULT 0,
    "backordered" BIGINT NOT NULL DEFAULT 0,
    "reserved" BIGINT NOT NULL DEFAULT 0,
    "completed" BIGINT NOT NULL DEFAULT 0,
    "rejected" BIGINT NOT NULL DEFAULT 0,
    "cancelling" BIGINT NOT NULL DEFAULT 0,
    "cancelled" BIGINT NOT NULL DEFAULT 0,
    "failed" BIGINT NOT NULL DEFAULT 0,
    "processing_ms" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "order_counters_pkey" PRIMARY KEY ("shard")
);

ALTER TABLE "order_counters" SET (fillfactor = 10, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 500);

-- Shards 0-15 are written by transitions, shard 16 by repairs.
INSERT INTO "order_counters" ("shard") SELECT generate_series(0, 16);

CREATE TABLE "queue_markers" (
    "shard" SMALLINT NOT NULL,
    "run_id" TEXT NOT NULL,
    "generation" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "queue_markers_pkey" PRIMARY KEY ("shard"),
    CONSTRAINT "queue_markers_state_known" CHECK ("state" IN ('restoring', 'done'))
);

CREATE TABLE "worker_heartbeats" (
    "id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "worker_heartbeats_pkey" PRIMARY KEY ("id")
);

-- Counts over time, from which rates are told without looking at orders.
CREATE TABLE "order_samples" (
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "placed" BIGINT NOT NULL,
    "finished" BIGINT NOT NULL,

    CONSTRAINT "order_samples_pkey" PRIMARY KEY ("at")
);

-- One row: who syncs with the warehouse now. A page applies only while its fence is the newest.
CREATE TABLE "warehouse_lease" (
    "id" SMALLINT NOT NULL,
    "fence" BIGINT NOT NULL DEFAULT 0,
    "holder" TEXT,
    "expires_at" TIMESTAMPTZ(3),
    "last_sequence" BIGINT NOT NULL DEFAULT 0,
    "last_success_at" TIMESTAMPTZ(3),
    "next_run_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "warehouse_lease_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "warehouse_lease_single" CHECK ("id" = 1)
);

INSERT INTO "warehouse_lease" ("id") VALUES (1);

CREATE TABLE "warehouse_syncs" (
    "id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "dry_run" BOOLEAN NOT NULL,
    "force" BOOLEAN NOT NULL,
    "fence" BIGINT,
    "sequence" BIGINT,
    "as_of" TIMESTAMPTZ(3),
    "rows_seen" INTEGER NOT NULL DEFAULT 0,
    "rows_changed" INTEGER NOT NULL DEFAULT 0,
    "rows_unknown" INTEGER NOT NULL DEFAULT 0,
    "rows_bad" INTEGER NOT NULL DEFAULT 0,
    "error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "warehouse_syncs_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "warehouse_syncs_state_known" CHECK ("state" IN ('requested', 'running', 'completed', 'stopped', 'failed'))
);

CREATE INDEX "warehouse_syncs_created" ON "warehouse_syncs"("created_at", "id");
CREATE INDEX "warehouse_syncs_requested" ON "warehouse_syncs"("created_at") WHERE "state" = 'requested';

CREATE TABLE "warehouse_sync_rows" (
    "sync_id" UUID NOT NULL,
    "n" INTEGER NOT NULL,
    "outcome" TEXT NOT NULL,
    "sku" TEXT,
    "before" BIGINT,
    "after" BIGINT,
    "detail" TEXT,

    CONSTRAINT "warehouse_sync_rows_pkey" PRIMARY KEY ("sync_id","n"),
    CONSTRAINT "warehouse_sync_rows_outcome_known" CHECK ("outcome" IN ('changed', 'unknown', 'bad'))
);

ALTER TABLE "warehouse_sync_rows" ADD CONSTRAINT "warehouse_sync_rows_sync_id_fkey" FOREIGN KEY ("sync_id") REFERENCES "warehouse_syncs"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "order_items" ADD CONSTRAINT "order_items_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;
ALTER TABLE "order_events" ADD CONSTRAINT "order_events_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;
ALTER TABLE "backorders" ADD CONSTRAINT "backorders_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;
ALTER TABLE "payment_attempts" ADD CONSTRAINT "payment_attempts_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;
ALTER TABLE "dead_letters" ADD CONSTRAINT "dead_letters_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;
ALTER TABLE "order_failures" ADD CONSTRAINT "order_failures_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;
