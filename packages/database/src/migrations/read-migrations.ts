import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

export interface Migration {
  /** Of its folder; migrations are applied in the order of their names. */
  readonly name: string;
  readonly sql: string;
  /** Prisma's: SHA-256 of the file, hexadecimal. */
  readonly checksum: string;
}

/** Reads the migrations of a folder in Prisma's layout, in the order in which they are applied. */
export async function readMigrations(directory: string): Promise<Migration[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(path.join(directory, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: toChecksum(sql) };
    }),
  );
}

/**
 * Whether a recorded checksum is that of the migration. Like Prisma, it takes a file whose line
 * ends git has rewritten for another system for the same.
 */
export function hasChecksum({ sql, checksum }: Migration, recorded: string): boolean {
  if (checksum === recorded) return true;
  const unix = sql.replaceAll('\r\n', '\n');
  return recorded === toChecksum(unix) || recorded === toChecksum(unix.replaceAll('\n', '\r\n'));
}

function toChecksum(sql: string): string {
  return createHash('sha256').update(sql).digest('hex');
}
