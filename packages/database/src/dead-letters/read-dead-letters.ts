import type { DeadLetterState } from '@orders/domain/dead-letter-reason';
import type { Database } from '../client.ts';
import type { Prisma } from '../generated/client.ts';

export interface DeadLetterFilter {
  readonly reason?: string;
  readonly state?: DeadLetterState;
  /** Opened at or after. */
  readonly from?: Date;
  /** Opened before. */
  readonly to?: Date;
}

/** A dead letter as operators see it. */
export interface DeadLetter {
  readonly id: string;
  readonly orderId: string;
  readonly reason: string;
  readonly fromStatus: string;
  readonly detail: unknown;
  readonly attempts: number;
  readonly state: string;
  /** Whether its order still holds stock: its payment may have gone through. */
  readonly holdsStock: boolean;
  readonly openedAt: string;
  readonly closedAt: string | null;
  readonly closedBy: string | null;
  readonly note: string | null;
}

/** The last one of a page, for the next. */
export interface DeadLetterPosition {
  readonly openedAt: Date;
  readonly id: string;
}

/** Newest first, at most `limit`, after a position. */
export async function listDeadLetters(
  database: Database,
  filter: DeadLetterFilter,
  limit: number,
  after: DeadLetterPosition | null = null,
): Promise<DeadLetter[]> {
  const rows = await database.prisma.deadLetter.findMany({
    where: {
      ...toWhere(filter),
      ...(after === null
        ? {}
        : {
            AND: {
              OR: [
                { openedAt: { lt: after.openedAt } },
                { openedAt: after.openedAt, id: { lt: after.id } },
              ],
            },
          }),
    },
    orderBy: [{ openedAt: 'desc' }, { id: 'desc' }],
    take: limit,
    include: WITH_ORDER,
  });
  return rows.map(toDeadLetter);
}

/** How many match. */
export async function countDeadLetters(
  database: Database,
  filter: DeadLetterFilter,
): Promise<number> {
  return database.prisma.deadLetter.count({ where: toWhere(filter) });
}

export async function readDeadLetter(database: Database, id: string): Promise<DeadLetter | null> {
  const row = await database.prisma.deadLetter.findUnique({ where: { id }, include: WITH_ORDER });
  return row === null ? null : toDeadLetter(row);
}

const WITH_ORDER = { order: { select: { holdsStock: true } } } as const;

function toWhere({ reason, state, from, to }: DeadLetterFilter): Prisma.DeadLetterWhereInput {
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(state === undefined ? {} : { state }),
    openedAt: {
      ...(from === undefined ? {} : { gte: from }),
      ...(to === undefined ? {} : { lt: to }),
    },
  };
}

type Row = Prisma.DeadLetterGetPayload<{ include: typeof WITH_ORDER }>;

function toDeadLetter(row: Row): DeadLetter {
  return {
    id: row.id,
    orderId: row.orderId,
    reason: row.reason,
    fromStatus: row.fromStatus,
    detail: row.detail,
    attempts: row.attempts,
    state: row.state,
    holdsStock: row.state === 'open' && row.order.holdsStock,
    openedAt: row.openedAt.toISOString(),
    closedAt: row.closedAt?.toISOString() ?? null,
    closedBy: row.closedBy,
    note: row.note,
  };
}
