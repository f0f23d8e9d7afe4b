import type { OrderEvent } from '@orders/domain/contracts/order';
import { z } from 'zod';
import type { Database } from '../client.ts';
import { toOrderStatus } from './order-row.ts';

const dataSchema = z.record(z.string(), z.unknown());

/** The log of an order in order of `seq`, from after `afterSeq`; empty for an unknown order. */
export async function readOrderEvents(
  database: Database,
  orderId: string,
  afterSeq = 0,
): Promise<OrderEvent[]> {
  const rows = await database.prisma.orderEvent.findMany({
    where: { orderId, seq: { gt: afterSeq } },
    orderBy: { seq: 'asc' },
  });
  return rows.map((row) => ({
    seq: row.seq,
    type: row.type,
    from: row.fromStatus === null ? null : toOrderStatus(row.fromStatus),
    to: toOrderStatus(row.toStatus),
    reason: row.reason,
    actor: row.actor,
    at: row.at.toISOString(),
    data: dataSchema.parse(row.data),
  }));
}
