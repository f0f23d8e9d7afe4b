import { type DeadLetterView, deadLetterStateSchema } from '@orders/domain/contracts/dead-letter';
import type { DeadLetterState } from '@orders/domain/dead-letter-reason';
import { z } from 'zod';
import type { Database } from '../client.ts';
import type { Prisma } from '../generated/client.ts';
import { toOrderStatus } from '../orders/order-row.ts';

export interface DeadLetterFilter {
  readonly reason?: string | undefined;
  readonly state?: DeadLetterState | undefined;
  /** Opened at or after. */
  readonly from?: Date | undefined;
  /** Opened before. */
  readonly to?: Date | undefined;
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
): Promise<DeadLetterView[]> {
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

export async function readDeadLetter(
  database: Database,
  id: string,
): Promise<DeadLetterView | null> {
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

const detailSchema = z.record(z.string(), z.unknown());

function toDeadLetter(row: Row): DeadLetterView {
  return {
    id: row.id,
    orderId: row.orderId,
    reason: row.reason,
    fromStatus: toOrderStatus(row.fromStatus),
    detail: detailSchema.parse(row.detail),
    attempts: row.attempts,
    state: deadLetterStateSchema.parse(row.state),
    holdsStock: row.state === 'open' && row.order.holdsStock,
    openedAt: row.openedAt.toISOString(),
    closedAt: row.closedAt?.toISOString() ?? null,
    closedBy: row.closedBy,
    note: row.note,
  };
}
