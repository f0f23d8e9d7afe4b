import { demand, observe, toStatus } from '../model.ts';
import { aboutOrder, type Command, noteAs } from './command.ts';

/**
 * Cancels. `200` and `202` promise that the order ends cancelled; `409` is only for what has ended
 * otherwise, or has failed.
 */
export function cancelOrder(nth: number, by: 'owner' | 'operator' | 'stranger'): Command {
  return aboutOrder(`cancel by ${by}`, nth, async (order, model, real) => {
    const customerId = by === 'owner' ? order.customerId : 'a stranger';
    const asker = by === 'operator' ? {} : { customerId };
    const { status, body } = await real.ask('DELETE', `/orders/${order.id}`, asker);
    noteAs(model, `cancel → ${status}`);
    if (by === 'stranger') {
      demand(status === 404, `a stranger's cancel was answered with ${status}`);
      return;
    }
    if (status === 409) {
      const is = toStatus(body['orderStatus']);
      demand(
        is === 'completed' || is === 'rejected' || is === 'failed',
        `a ${is} order cannot be cancelled`,
      );
      demand(!order.isCancelled || is === 'failed', `a cancelled order is ${is}`);
      return;
    }
    const expected = status === 200 ? 'cancelled' : 'cancelling';
    demand(status === 200 || status === 202, `cancel was answered with ${status}`);
    demand(
      body['status'] === expected,
      `${status} with an order that is ${String(body['status'])}`,
    );
    observe(order, expected, Number(body['version']));
    order.isCancelled = true;
  });
}
