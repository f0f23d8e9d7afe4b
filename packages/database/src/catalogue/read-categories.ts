import type { Category } from '@orders/domain/contracts/product';
import type { Connection, Database } from '../client.ts';
import type { Category as Row } from '../generated/client.ts';

/** More than anybody could find his way in. */
const MAX_CATEGORIES = 1_000;

/** All of them by slug, at most a thousand. */
export async function listCategories({ prisma }: Database): Promise<Category[]> {
  const rows = await prisma.category.findMany({ orderBy: { slug: 'asc' }, take: MAX_CATEGORIES });
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
