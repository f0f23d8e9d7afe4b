import type { NewOrder, Placement } from '@orders/database/orders/new-order';
import { fingerprintBasket, hashRequest, mergeItems } from '@orders/domain/basket';
import type { PlaceOrderBody } from '@orders/domain/contracts/order';
import { actorOf, type Principal } from '../authentication/principal.ts';
import type { Intake } from './intake.ts';
import { newOrderId } from './new-order-id.ts';

export interface PlaceOrderCommand {
  readonly principal: Principal;
  /** Whose order it is: the principal himself, or whom an operator named. */
  readonly customerId: string;
  readonly body: PlaceOrderBody;
  readonly idempotencyKey: string | null;
}

/** Places an order as asked. What it resolves with is committed; see {@link Intake.place}. */
export function placeOrder(intake: Intake, command: PlaceOrderCommand): Promise<Placement> {
  return intake.place(toNewOrder(command));
}

function toNewOrder({ principal, customerId, body, idempotencyKey }: PlaceOrderCommand): NewOrder {
  const items = mergeItems(body.items);
  const { metadata = {}, expectedTotal = null, allowDuplicate = false } = body;
  const fingerprint = fingerprintBasket(items);
  const request = { items, metadata, expectedTotal, allowDuplicate };
  // Each member by its name: spread, objects of the hot path take four times the memory.
  return {
    id: newOrderId(),
    customerId,
    actor: actorOf(principal),
    items,
    metadata,
    expectedTotal,
    allowDuplicate,
    idempotencyKey,
    requestHash: hashRequest(request, fingerprint),
    fingerprint,
  };
}
