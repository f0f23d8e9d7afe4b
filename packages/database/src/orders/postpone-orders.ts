import type { BasketItem } from '@orders/domain/basket';
import type { Connection } from '../client.ts';
import { replaceBackorders } from '../inventory/replace-backorders.ts';
import type { SeenOrder } from './seen-order.ts';
import { plainArray, textArray } from '../sql-array.ts';

/** A locked order that is looked at again later, in a run of its own. */
export interface Postponement {
  readonly order: SeenOrder;
  readonly nextCheckMs: number;
  readonly waitsFor?: readonly BasketItem[] | undefined;
}

/**
 * Plans the next run of orders whose state does not change: a new dispatch, so that the job which
 * plans it cannot swallow it. What they wait for is written anew, which also makes them ready to
 * be woken again.
 */
export async function postponeOrders(
  tx: Connection,
  postponements: readonly Postponement[],
): Promise<void> {
  if (postponements.length === 0) return;
  await tx.$executeRaw`
    UPDATE orders o
       SET dispatch = o.dispatch + 1, attempts = 0, starts = 0,
           next_check_at = statement_timestamp() + p.next_check_ms * interval '1 millisecond'
      FROM unnest(${textArray(postponements.map(({ order }) => order.id))}::uuid[],
                  ${plainArray(postponements.map(({ nextCheckMs }) => nextCheckMs))}::int[]) AS p(id, next_check_ms)
     WHERE o.id = p.id`;
  await replaceBackorders(
    tx,
    postponements.map(({ order, waitsFor }) => ({ order, step: waitsFor ? { waitsFor } : {} })),
  );
}
