import type { Category } from '@orders/domain/contracts/product';
import type { Connection, Database } from '../client.ts';
import type { Category as Row } from '../generated/client.ts';

/**
 * A page of them by slug.
 *
 * @param afterSlug begin behind this one; empty for the first page
 */
export async function listCategories(
  { prisma }: Database,
  afterSlug: string,
  limit: number,
): Promise<Category[]> {
  const rows = await prisma.category.findMany({
    where: { slug: { gt: afterSlug } },
    orderBy: { slug: 'asc' },
    take: limit,
  });
  return rows.map(toCategory);
}

/** The category as it is now, or null. */
export async function readCategory(connection: Connection, slug: string): Promise<Category | null> {
  const row = await connection.category.findUnique({ where: { slug } });
  return row === null ? null : toCategory(row);
}

function toCategory({ slug, name, description, version, createdAt, updatedAt }: Row): Category {
  return {
    slug,
    name,
    description,
    version,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
