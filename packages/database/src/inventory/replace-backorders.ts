import type { BasketItem } from '@orders/domain/basket';
import type { Step } from '@orders/domain/decision';
import type { Connection } from '../client.ts';
import { plainArray, textArray, timeArray } from '../sql-array.ts';

interface WaitingOrder {
  readonly order: { readonly id: string; readonly status: string; readonly createdAt: Date };
  readonly step: Pick<Step, 'waitsFor'> & Partial<Pick<Step, 'to'>>;
}

/**
 * Puts orders in the lines of the SKUs they are short of now, and takes them out of all others. A
 * step that leaves an order backordered and says nothing of stock, such as a refund of an earlier
 * payment, leaves its places as they are. Under the orders' locks; those that reserve hold the SKUs' locks, too, so a line never changes
 * under a batch that allocates from it.
 */
export async function replaceBackorders(
  tx: Connection,
  steps: readonly WaitingOrder[],
): Promise<void> {
  const left = steps.filter(
    ({ order, step }) =>
      order.status === 'backordered' && (step.to !== 'backordered' || step.waitsFor !== undefined),
  );
  if (left.length > 0) {
    await tx.$executeRaw`
      DELETE FROM backorders WHERE order_id = ANY(${textArray(left.map(({ order }) => order.id))}::uuid[])`;
  }
  const joined = steps.flatMap(({ order, step }) =>
    (step.waitsFor ?? []).map((item: BasketItem) => ({ ...item, order })),
  );
  if (joined.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO backorders (sku, created_at, order_id, quantity)
    SELECT * FROM unnest(${textArray(joined.map(({ sku }) => sku))}::text[],
                         ${timeArray(joined.map(({ order }) => order.createdAt))}::timestamptz[],
                         ${textArray(joined.map(({ order }) => order.id))}::uuid[],
                         ${plainArray(joined.map(({ quantity }) => quantity))}::int[])`;
}
