-- Categories of products, many-to-many, and a record of what operators change in the catalogue. Only
-- adds tables, so the version before goes on beside it: it neither reads nor writes them.

-- The foreign key locks products against writes for a moment, not against reads: placing orders goes
-- on. Behind a long transaction on products it would make others wait; then it gives up, and is run
-- again.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE "categories" (
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "categories_pkey" PRIMARY KEY ("slug"),
    CONSTRAINT "categories_slug" CHECK ("slug" ~ '^[a-z0-9][a-z0-9-]{0,63}$')
);

CREATE TABLE "product_categories" (
    "slug" TEXT NOT NULL,
    "sku" TEXT NOT NULL,

    CONSTRAINT "product_categories_pkey" PRIMARY KEY ("slug","sku"),
    CONSTRAINT "product_categories_slug_fkey" FOREIGN KEY ("slug") REFERENCES "categories"("slug") ON DELETE RESTRICT ON UPDATE NO ACTION,
    CONSTRAINT "product_categories_sku_fkey" FOREIGN KEY ("sku") REFERENCES "products"("sku") ON DELETE RESTRICT ON UPDATE NO ACTION
);

CREATE INDEX "product_categories_sku" ON "product_categories"("sku");

CREATE TABLE "catalogue_changes" (
    "id" BIGSERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "actor" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "catalogue_changes_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "catalogue_changes_kind_known" CHECK ("kind" IN ('product', 'category'))
);

CREATE INDEX "catalogue_changes_key" ON "catalogue_changes"("kind", "key", "id");
