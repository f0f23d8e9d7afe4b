import type { Database } from '@orders/database/client';

/** What stands in each table: how many rows, and a sum over all their contents. */
export type Contents = ReadonlyMap<string, string>;

export interface TableWatch {
  /** Tables whose contents have changed since the last look. */
  changes(): Promise<string[]>;
}

/**
 * Watches every table of the schema, new ones too. Looks at the contents only when a transaction
 * that could write has run since the last look, which PostgreSQL's transaction numbers tell.
 */
export async function watchTables(database: Database): Promise<TableWatch> {
  let writes = await countWrites(database);
  let contents = await readContents(database);
  return {
    changes: async () => {
      const now = await countWrites(database);
      if (now === writes) return [];
      writes = now;
      const before = contents;
      contents = await readContents(database);
      return Array.from(contents.keys()).filter((name) => contents.get(name) !== before.get(name));
    },
  };
}

/** The number of the next transaction that writes; it rises with each of them. */
async function countWrites({ prisma }: Database): Promise<string> {
  const rows = await prisma.$queryRaw<{ next: string }[]>`
    SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next`;
  return rows[0]?.next ?? '';
}

/** One statement, hence one snapshot, over tables whose names it finds itself. */
async function readContents({ prisma }: Database): Promise<Contents> {
  const rows = await prisma.$queryRaw<{ name: string; contents: string }[]>`
    SELECT table_name::text AS name,
           query_to_xml(format('SELECT count(*) AS rows, sum(hashtextextended(t::text, 0)) AS sum
                                  FROM %I.%I t', table_schema, table_name),
                        true, true, '')::text AS contents
      FROM information_schema.tables
     WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`;
  return new Map(rows.map(({ name, contents }) => [name, contents]));
}
