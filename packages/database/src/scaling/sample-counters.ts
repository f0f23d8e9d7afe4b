import type { Database } from '../client.ts';

/**
 * Writes down how many orders were placed and how many have come to rest by now, for rates. Any
 * number of workers may do so every few seconds: one that comes right after another writes nothing.
 * Old samples are thrown away.
 *
 * @param intervalMs a sample is kept for about every such time
 */
export async function sampleCounters(database: Database, intervalMs: number): Promise<void> {
  await database.prisma.$executeRaw`
    INSERT INTO order_samples (at, placed, finished)
    SELECT now(),
           sum(pending + backordered + reserved + completed + rejected + cancelling + cancelled + failed),
           sum(completed + rejected + cancelled + failed)
      FROM order_counters
    HAVING NOT EXISTS (
           SELECT FROM order_samples
            WHERE at > now() - ${intervalMs * 0.9}::float8 * interval '1 millisecond')
        ON CONFLICT DO NOTHING`;
  await database.prisma.$executeRaw`
    DELETE FROM order_samples WHERE at < now() - interval '1 hour'`;
}
