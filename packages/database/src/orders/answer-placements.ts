import type { Order } from '@orders/domain/contracts/order';
import type { Database } from '../client.ts';
import type { Verdict } from './decide-placement.ts';
import { toPlacedOrder } from './insert-orders.ts';
import type { AcceptedOrder, Placement } from './new-order.ts';
import { UnknownStatusError } from './order-row.ts';
import { readOrders } from './read-order.ts';

/**
 * After COMMIT: orders that were placed are known; those that existed are read as they are now. Never
 * throws, since a placed order must not be told that it was not because another could not be read.
 */
export async function answerPlacements(
  database: Database,
  verdicts: readonly Verdict[],
  placedAt: Date,
): Promise<Placement[]> {
  const existing = verdicts.flatMap((v) => (v.kind === 'existing' ? v.orderId : []));
  const found = await readExisting(database, existing);
  return verdicts.map((verdict): Placement => {
    switch (verdict.kind) {
      case 'insert':
        return toPlaced(verdict, placedAt);
      case 'existing': {
        const order = found.get(verdict.orderId);
        if (order === undefined || order instanceof Error) {
          const error = order ?? new Error(`order ${verdict.orderId} was there and is gone`);
          return { kind: 'unread', error };
        }
        return { kind: verdict.own ? 'placed' : 'replayed', order };
      }
      default:
        return verdict;
    }
  });
}

export function toPlaced(accepted: AcceptedOrder, at: Date): Placement {
  return { kind: 'placed', order: toPlacedOrder(accepted, at) };
}

async function readExisting(
  database: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Order | Error>> {
  if (ids.length === 0) return new Map();
  try {
    return await readOrders(database.prisma, ids);
  } catch (error) {
    // Of a newer version, which may be only one of them.
    if (error instanceof UnknownStatusError && ids.length > 1) {
      const each: [string, Order | Error | undefined][] = [];
      for (const id of ids) each.push([id, (await readExisting(database, [id])).get(id)]);
      return new Map(each.flatMap(([id, order]) => (order === undefined ? [] : [[id, order]])));
    }
    const reason = error instanceof Error ? error : new Error('not read', { cause: error });
    return new Map(ids.map((id) => [id, reason]));
  }
}
