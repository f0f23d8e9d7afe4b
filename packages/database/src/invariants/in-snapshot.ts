import type { Connection, Database } from '../client.ts';

/**
 * Runs reads that must agree with each other: one REPEATABLE READ transaction, so that every
 * statement sees the commits that had happened when the first one began, and no later ones. It
 * writes nothing and therefore never fails by serialization (40001).
 *
 * The body must contain nothing but SQL: while it lasts, vacuum cannot remove what it may still
 * see, which slows the hottest rows down.
 */
export function inSnapshot<T>(
  database: Database,
  body: (snapshot: Connection) => Promise<T>,
): Promise<T> {
  return database.prisma.$transaction(body, {
    isolationLevel: 'RepeatableRead',
    maxWait: 10_000,
    timeout: 900_000,
  });
}
