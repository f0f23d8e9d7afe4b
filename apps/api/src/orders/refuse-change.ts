import type { OrderStatus } from '@orders/domain/order-status';
import { entityTag } from '../http/entity-tag.ts';
import { ProblemError } from '../problems/problem-error.ts';

/** Why an order was not changed, whatever the change. */
export type Refusal =
  | { readonly kind: 'not-found' }
  | { readonly kind: 'stale'; readonly version: number }
  | { readonly kind: 'illegal'; readonly status: OrderStatus };

/** What the client is told of it. */
export function refuseChange(refusal: Refusal): ProblemError {
  switch (refusal.kind) {
    case 'not-found':
      return new ProblemError('not-found');
    case 'stale':
      return new ProblemError('precondition-failed', {
        headers: { etag: entityTag(refusal.version) },
      });
    case 'illegal':
      return new ProblemError('illegal-state', {
        detail: `The order is ${refusal.status}, which does not allow this.`,
        members: { orderStatus: refusal.status },
      });
  }
}
