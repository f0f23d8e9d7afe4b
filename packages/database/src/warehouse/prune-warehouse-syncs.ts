import type { Database } from '../client.ts';

/** Runs per call: more than are made between two calls, few enough for one short statement. */
const LIMIT = 10;

/**
 * Forgets the oldest runs, with their reports, that ended more than `keepDays` ago; what they did
 * to stock stays recorded as movements. Call it after each run. Returns how many were forgotten.
 */
export async function pruneWarehouseSyncs(database: Database, keepDays: number): Promise<number> {
  return database.prisma.$executeRaw`
    DELETE FROM warehouse_syncs
     WHERE id IN (SELECT id FROM warehouse_syncs
                   WHERE created_at < now() - ${keepDays} * interval '1 day'
                     AND finished_at < now() - ${keepDays} * interval '1 day'
                   ORDER BY created_at, id
                   LIMIT ${LIMIT})`;
}
