import type { Database } from '../client.ts';

/** A worker that was not seen for longer is taken for dead. */
export const HEARTBEAT_SECONDS = 15;

/**
 * Says that a worker lives, by the database's clock, and forgets those that have been dead for an
 * hour. One that was silent for so long that it was taken for dead begins anew. Only the living
 * forget the dead, so that there is never nobody who was ever there.
 */
export async function recordHeartbeat(database: Database, workerId: string): Promise<void> {
  await database.prisma.$executeRaw`
    INSERT INTO worker_heartbeats (id, started_at, seen_at)
    VALUES (${workerId}::uuid, now(), now())
        ON CONFLICT (id) DO UPDATE
       SET started_at = CASE WHEN worker_heartbeats.seen_at < now() - make_interval(secs => ${HEARTBEAT_SECONDS}::double precision)
                             THEN now() ELSE worker_heartbeats.started_at END,
           seen_at = now()`;
  await database.prisma.$executeRaw`
    DELETE FROM worker_heartbeats WHERE seen_at < now() - interval '1 hour'`;
}

/** Says that a worker has gone for good, rather than let it be missed. */
export async function endHeartbeat(database: Database, workerId: string): Promise<void> {
  await database.prisma.$executeRaw`
    UPDATE worker_heartbeats
       -- A second more, since times are kept in whole milliseconds, rounded either way.
       SET seen_at = now() - make_interval(secs => ${HEARTBEAT_SECONDS + 1}::double precision)
     WHERE id = ${workerId}::uuid`;
}
