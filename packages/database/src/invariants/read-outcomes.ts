import type { Connection } from '../client.ts';

/** How an order stands, as far as a run that placed many wants to know. */
export interface OutcomeRow {
  readonly id: string;
  readonly status: string;
  readonly reason: string | null;
  readonly totalMinor: bigint;
  readonly currency: string;
  /** Both by the clock of PostgreSQL, or null while not completed. */
  readonly createdAt: Date;
  readonly completedAt: Date | null;
}

/**
 * How these orders stand now, as of one commit. Ids that do not exist are missing from the result:
 * for an acknowledged order that is a violation of I1.
 */
export function readOutcomes(
  connection: Connection,
  ids: readonly string[],
): Promise<OutcomeRow[]> {
  return connection.$queryRaw<OutcomeRow[]>`
    SELECT id, status, reason, total_minor AS "totalMinor", currency,
           created_at AS "createdAt", completed_at AS "completedAt"
      FROM orders
     WHERE id = ANY(${ids}::uuid[])`;
}

/**
 * How many orders these customers have, whoever knows of them: an order that was stored twice
 * shows here although no client ever heard of the second one.
 */
export async function countOrdersOf(
  connection: Connection,
  customerIds: readonly string[],
): Promise<number> {
  const rows = await connection.$queryRaw<{ count: bigint }[]>`
    SELECT count(*) AS count FROM orders WHERE customer_id = ANY(${customerIds}::text[])`;
  return Number(rows[0]?.count ?? 0n);
}
