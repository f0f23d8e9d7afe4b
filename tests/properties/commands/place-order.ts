import { demand, type Fate, findTwins, isDead, type Model, totalOf, toStatus } from '../model.ts';
import { look, type Real, toSeen } from '../system-under-test.ts';
import { anyTime, type BasketShape, type Command, toBasket, noteAs } from './command.ts';

export interface Placing {
  readonly customer: number;
  readonly shape: BasketShape;
  readonly fate: Fate;
}

/**
 * An order with a key of its own. It is refused as a duplicate exactly when the customer has
 * another one of the same basket that counts.
 */
export function placeOrder({ customer, shape, fate }: Placing): Command {
  const name = `place(customer ${customer}, ${shape.join('+')}, ${fate})`;
  return anyTime(name, async (model, real) => {
    const basket = toBasket(model, shape);
    const customerId = `${model.name}-${customer}`;
    const twins = findTwins(model, customerId, basket);
    const before = await Promise.all(twins.map((twin) => look(real, twin)));

    const { client } = real.system;
    const memory = client.wish({
      customerId,
      items: basket,
      ...(fate === 'none' ? {} : { simulate: fate }),
    });
    const { status, body, replayed } = toSeen(await client.insist(memory));
    noteAs(model, `place → ${status}`);
    if (status === 409) {
      const at = twins.findIndex(({ id }) => id === body['existingOrderId']);
      demand(at >= 0, `refused as a duplicate of ${String(body['existingOrderId'])}`);
      const was = before[at]?.status;
      demand(was !== 'cancelled' && was !== 'rejected', `refused as a duplicate of a ${was} order`);
      return;
    }
    demand(status === 201, `placing was answered with ${status}: ${JSON.stringify(body)}`);
    demand(!replayed || memory.answers.length > 1, 'a new key was answered with a replay');
    await demandDead(real, twins);
    const id = String(body['id']);
    demand(!model.orders.some((order) => order.id === id), `order ${id} was given twice`);
    demandTotal(model, basket, body);
    const seen = { status: toStatus(body['status']), version: Number(body['version']) };
    model.orders.push({ memory, id, customerId, fate, basket, isCancelled: false, seen });
  });
}

/** What counts now has counted before: nothing comes to life by itself. */
export async function demandDead(
  real: Real,
  twins: readonly Model['orders'][number][],
): Promise<void> {
  for (const twin of twins) {
    const { status } = await look(real, twin);
    demand(isDead(status), `two orders of one basket: ${twin.id} is ${status}`);
  }
}

export function demandTotal(
  model: Model,
  basket: Parameters<typeof totalOf>[1],
  body: Readonly<Record<string, unknown>>,
): void {
  const expected = { amount: totalOf(model, basket), currency: 'USD' };
  const found = JSON.stringify(body['total']);
  demand(found === JSON.stringify(expected), `a total of ${found}, not ${expected.amount}`);
}
