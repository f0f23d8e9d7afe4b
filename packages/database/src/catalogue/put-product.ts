import type { Product } from '@orders/domain/contracts/product';
import type { Connection, Database } from '../client.ts';
import { inTransaction, RunAgain } from '../transaction.ts';
import { isMet, type PutCondition } from './put-condition.ts';
import { readProduct } from './read-products.ts';
import { recordChange } from './record-change.ts';

/** What an operator says of a product. */
export interface ProductContent extends Pick<
  Product,
  'sku' | 'name' | 'description' | 'price' | 'active'
> {
  /** Slugs, in any order. */
  readonly categories: readonly string[];
}

export type PutProductResult =
  | { readonly kind: 'created' | 'replaced' | 'unchanged'; readonly product: Product }
  | { readonly kind: 'condition-failed' }
  | { readonly kind: 'unknown-categories'; readonly slugs: readonly string[] };

/**
 * Creates or replaces a product with its categories, and records who did. Under the product's lock,
 * so that of two who replace the same version one is told so; saying what is there already changes
 * nothing, not even the version. A new product has a stock row with no units in it. Orders keep
 * the prices that they were placed at.
 */
export async function putProduct(
  database: Database,
  content: ProductContent,
  condition: PutCondition,
  actor: string,
): Promise<PutProductResult> {
  const wanted = { ...content, categories: Array.from(new Set(content.categories)).sort() };
  return inTransaction(database, async (tx) => {
    const before = await lockProduct(tx, wanted.sku);
    if (!isMet(condition, before?.version ?? null)) return { kind: 'condition-failed' };
    const unknown = await findUnknown(tx, wanted.categories);
    if (unknown.length > 0) return { kind: 'unknown-categories', slugs: unknown };
    if (before !== null && isSame(before, wanted)) return { kind: 'unchanged', product: before };

    if (before === null) await insertProduct(tx, wanted);
    else await updateProduct(tx, wanted);
    await assignCategories(tx, wanted.sku, wanted.categories);
    const product = await readProduct(tx, wanted.sku);
    if (product === null) throw new Error(`product ${wanted.sku} is locked and gone`);
    const { sku: key, version } = product;
    await recordChange(tx, { kind: 'product', key, version, actor, before, after: wanted });
    return { kind: before === null ? 'created' : 'replaced', product };
  });
}

/** Locked first, and read in a later statement: its snapshot begins when the lock is ours. */
async function lockProduct(tx: Connection, sku: string): Promise<Product | null> {
  await tx.$queryRaw`SELECT 1 FROM products WHERE sku = ${sku} FOR NO KEY UPDATE`;
  return readProduct(tx, sku);
}

/** Categories are never deleted: what is known here stays known. */
async function findUnknown(tx: Connection, slugs: readonly string[]): Promise<string[]> {
  const rows = await tx.category.findMany({
    where: { slug: { in: [...slugs] } },
    select: { slug: true },
  });
  const known = new Set(rows.map(({ slug }) => slug));
  return slugs.filter((slug) => !known.has(slug));
}

function isSame(before: Product, wanted: ProductContent): boolean {
  return (
    before.name === wanted.name &&
    before.description === wanted.description &&
    before.price.amount === wanted.price.amount &&
    before.active === wanted.active &&
    before.categories.join() === wanted.categories.join()
  );
}

/** Nothing inserted: another transaction made it meanwhile, and is to be looked at. */
async function insertProduct(tx: Connection, content: ProductContent): Promise<void> {
  const { sku, name, description, price, active } = content;
  const count = await tx.$executeRaw`
    INSERT INTO products (sku, name, description, price_minor, currency, active)
    VALUES (${sku}, ${name}, ${description}, ${price.amount}, ${price.currency}, ${active})
        ON CONFLICT DO NOTHING`;
  if (count === 0) throw new RunAgain('the product was made meanwhile');
  await tx.$executeRaw`INSERT INTO inventory (sku) VALUES (${sku}) ON CONFLICT DO NOTHING`;
}

async function updateProduct(tx: Connection, content: ProductContent): Promise<void> {
  const { sku, name, description, price, active } = content;
  await tx.$executeRaw`
    UPDATE products
       SET name = ${name}, description = ${description}, price_minor = ${price.amount},
           currency = ${price.currency}, active = ${active}, version = version + 1, updated_at = now()
     WHERE sku = ${sku}`;
}

async function assignCategories(
  tx: Connection,
  sku: string,
  slugs: readonly string[],
): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM product_categories WHERE sku = ${sku} AND slug <> ALL(${slugs}::text[])`;
  await tx.$executeRaw`
    INSERT INTO product_categories (slug, sku)
    SELECT slug, ${sku} FROM unnest(${slugs}::text[]) AS s(slug)
        ON CONFLICT DO NOTHING`;
}
