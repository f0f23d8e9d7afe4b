import { demand, observe, toStatus } from '../model.ts';
import { toSeen } from '../system-under-test.ts';
import { aboutOrder, type Command } from './command.ts';

/** The same key and the same body, several times at once: the same order, as it is now. */
export function replayOrder(nth: number, times: number): Command {
  return aboutOrder(`replay ${times} times`, nth, async ({ memory, id }, _model, { system }) => {
    const asked = Array.from({ length: times }, () => system.client.ask(memory));
    for (const { status, body, replayed } of (await Promise.all(asked)).map((one) => toSeen(one))) {
      // It could not be done now; it is not a no.
      if (status === 503 || status === 0) continue;
      demand(status === 201 && replayed, `a replay was answered with ${status}`);
      demand(body['id'] === id, `a replay of ${id} was answered with ${String(body['id'])}`);
    }
  });
}

/** The same key with another body is refused, whatever has become of the order. */
export function reuseKey(nth: number): Command {
  return aboutOrder('other body', nth, async ({ memory }, _model, real) => {
    const { customerId, key, items } = memory.wish;
    const { status, body } = await real.ask('POST', '/orders', {
      customerId,
      headers: { 'idempotency-key': key },
      body: { items: items.map((item) => ({ ...item, quantity: item.quantity + 1 })) },
    });
    const type = String(body['type']);
    demand(status === 422, `another body was answered with ${status}`);
    demand(type === '/problems/idempotency-key-reused', `another body was answered with ${type}`);
  });
}

/** The owner sees it; to another customer it does not exist. */
export function readOrder(nth: number): Command {
  return aboutOrder('read', nth, async (order, _model, real) => {
    const path = `/orders/${order.id}/status`;
    const { status, body } = await real.ask('GET', path, { customerId: order.customerId });
    demand(status === 200, `an order was answered with ${status}`);
    observe(order, toStatus(body['status']), Number(body['version']));
    const theirs = await real.ask('GET', path, { customerId: 'a stranger' });
    demand(theirs.status === 404, `a stranger was answered with ${theirs.status}`);
  });
}
