import type { Category } from '@orders/domain/contracts/product';
import type { Database } from '../client.ts';
import { inTransaction, RunAgain } from '../transaction.ts';
import { isMet, type PutCondition } from './put-condition.ts';
import { readCategory } from './read-categories.ts';
import { recordChange } from './record-change.ts';

export type PutCategoryResult =
  | { readonly kind: 'created' | 'replaced' | 'unchanged'; readonly category: Category }
  | { readonly kind: 'condition-failed' };

/** Creates or replaces a category under its lock, and records who did; as {@link putProduct} does. */
export async function putCategory(
  database: Database,
  wanted: Pick<Category, 'slug' | 'name' | 'description'>,
  condition: PutCondition,
  actor: string,
): Promise<PutCategoryResult> {
  const { slug, name, description } = wanted;
  return inTransaction(database, async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM categories WHERE slug = ${slug} FOR NO KEY UPDATE`;
    const before = await readCategory(tx, slug);
    if (!isMet(condition, before?.version ?? null)) return { kind: 'condition-failed' };
    if (before?.name === name && before.description === description) {
      return { kind: 'unchanged', category: before };
    }
    const count =
      before === null
        ? await tx.$executeRaw`
            INSERT INTO categories (slug, name, description) VALUES (${slug}, ${name}, ${description})
                ON CONFLICT DO NOTHING`
        : await tx.$executeRaw`
            UPDATE categories
               SET name = ${name}, description = ${description}, version = version + 1, updated_at = now()
             WHERE slug = ${slug}`;
    if (count === 0) throw new RunAgain('the category was made meanwhile');
    const category = await readCategory(tx, slug);
    if (category === null) throw new Error(`category ${slug} is locked and gone`);
    const { version } = category;
    await recordChange(tx, { kind: 'category', key: slug, version, actor, before, after: wanted });
    return { kind: before === null ? 'created' : 'replaced', category };
  });
}
