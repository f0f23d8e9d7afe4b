import type { Placement } from '@orders/database/orders/new-order';
import type { Order } from '@orders/domain/contracts/order';
import { ProblemError } from '../problems/problem-error.ts';

export interface PlacedOrder {
  readonly order: Order;
  readonly replayed: boolean;
}

/**
 * What the client is told of a placement.
 * @throws ProblemError for every refusal
 */
export function orderOf(placement: Placement): PlacedOrder {
  switch (placement.kind) {
    case 'placed':
      return { order: placement.order, replayed: false };
    case 'replayed':
      return { order: placement.order, replayed: true };
    case 'unread':
      throw placement.error;
    case 'key-reused':
      throw new ProblemError('idempotency-key-reused');
    case 'duplicate':
      throw new ProblemError('duplicate-order', {
        members: { existingOrderId: placement.existingOrderId },
      });
    case 'unknown-sku':
    case 'inactive-product':
      throw new ProblemError(placement.kind, { members: { skus: placement.skus } });
    case 'total-mismatch':
      throw new ProblemError('total-mismatch', { members: { total: placement.total } });
  }
}
