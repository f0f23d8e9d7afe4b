import { fingerprintBasket } from '@orders/domain/basket';
import { demand, findTwins, type Model, type ModelOrder, observe, toStatus } from '../model.ts';
import { look, type Real, type Seen } from '../system-under-test.ts';
import { aboutOrder, type BasketShape, type Command, toBasket, noteAs } from './command.ts';
import { demandDead, demandTotal } from './place-order.ts';

/**
 * Changes the items, by the version that the order has now or by one that it had before. Only an
 * order that is not reserved yet is changed, and never into the double of another one.
 */
export function patchOrder(nth: number, shape: BasketShape, isStale: boolean): Command {
  const name = `patch ${isStale ? 'blindly ' : ''}to ${shape.join('+')}`;
  return aboutOrder(name, nth, async (order, model, real) => {
    const basket = toBasket(model, shape);
    const twins = findTwins(model, order.customerId, basket, order);
    const before = await look(real, order);
    observe(order, before.status, before.version);
    const answer = await real.ask('PATCH', `/orders/${order.id}`, {
      customerId: order.customerId,
      headers: { 'if-match': `"${isStale ? before.version - 1 : before.version}"` },
      body: { items: basket },
    });
    noteAs(model, `patch → ${answer.status}`);
    if (answer.tries > 1) await adopt(order, model, real);
    else await judge(answer, { order, model, real, basket, twins, isStale });
  });
}

interface Case {
  readonly order: ModelOrder;
  readonly model: Model;
  readonly real: Real;
  readonly basket: ModelOrder['basket'];
  readonly twins: readonly ModelOrder[];
  readonly isStale: boolean;
}

async function judge(
  { status, body }: Seen,
  { order, model, real, basket, twins, isStale }: Case,
): Promise<void> {
  const was = order.seen.status;
  if (isStale) {
    demand(status === 412, `a stale patch was answered with ${status}`);
    return;
  }
  switch (status) {
    case 200:
      demand(was === 'pending' || was === 'backordered', `a ${was} order was changed`);
      demandTotal(model, basket, body);
      observe(order, toStatus(body['status']), Number(body['version']));
      order.basket = basket;
      await demandDead(real, twins);
      return;
    case 412: {
      const now = await look(real, order);
      demand(now.version > order.seen.version, 'the version was right and was refused');
      observe(order, now.status, now.version);
      return;
    }
    case 409: {
      const twin = body['existingOrderId'];
      if (twin === undefined) {
        demand(was !== 'pending' && was !== 'backordered', `a ${was} order could not be changed`);
      } else {
        demand(
          twins.some(({ id }) => id === twin),
          `refused as a duplicate of ${JSON.stringify(twin)}`,
        );
      }
      return;
    }
    default:
      demand(false, `a patch was answered with ${status}: ${JSON.stringify(body)}`);
  }
}

/** An answer was lost: what the order is now tells whether it was changed. */
async function adopt(order: ModelOrder, model: Model, real: Real): Promise<void> {
  const { status, version, body } = await look(real, order);
  observe(order, status, version);
  order.basket = readBasket(body['items']);
  demand(fingerprintBasket(order.basket) !== '', 'an order without items');
  demandTotal(model, order.basket, body);
}

/** The items of an order as the api tells them, without their prices. */
export function readBasket(items: unknown): { sku: string; quantity: number }[] {
  demand(Array.isArray(items), 'items are no list');
  const list: readonly { readonly sku: string; readonly quantity: number }[] = items;
  return list.map(({ sku, quantity }) => ({ sku, quantity }));
}
