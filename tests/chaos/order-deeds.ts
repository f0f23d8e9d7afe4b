import { isDefinite } from '../harness/remembering-client.ts';
import { type Deed, insist, withOrder } from './load-state.ts';
import { noteOrder } from './order-memory.ts';
import { SCARCE, SKUS } from './place-deeds.ts';

export const cancelOrder: Deed = (state, luck) =>
  withOrder(state, luck, async (order) => {
    const { id, customerId } = order;
    const { status, body } = await insist(() =>
      state.system.client.request('POST', `/orders/${id}/cancel`, { customerId, body: {} }),
    );
    if (status === 200 || status === 202) {
      order.cancelled = true;
      state.contradictions.push(...noteOrder(order, body));
    } else if (status !== 409) {
      state.contradictions.push(`cancelling ${id} was answered with ${status}`);
    }
  });

export const changeOrder: Deed = (state, luck) =>
  withOrder(state, luck, async (order) => {
    const { id, customerId } = order;
    const items = [{ sku: luck.pick(SKUS), quantity: luck.between(4, 9) }];
    let isFirst = true;
    let isKnown = true;
    const { status, body } = await insist(async () => {
      const headers = { 'if-match': `"${order.version}"` };
      const options = { customerId, body: { items }, headers };
      const answer = await state.system.client.request('PATCH', `/orders/${id}`, options);
      isKnown = isFirst && isDefinite(answer);
      isFirst = false;
      return answer;
    });
    if (status === 200) state.contradictions.push(...noteOrder(order, body));
    if (status === 200 && isKnown) order.items = items;
    // An answer that got lost may have been a yes: nobody knows what he ordered.
    else if (!isKnown) order.items = null;
  });

export const lookAt: Deed = (state, luck) =>
  withOrder(state, luck, async (order) => {
    const { id, customerId } = order;
    const { client } = state.system;
    const { status, body } = await insist(() =>
      client.request('GET', `/orders/${id}`, { customerId }),
    );
    if (status === 200) state.contradictions.push(...noteOrder(order, body));
    else state.contradictions.push(`acknowledged order ${id} was answered with ${status}`);
  });

/** Some of what is scarce arrives, so that some of those who wait are served. */
export const arrive: Deed = async ({ system, contradictions }, luck) => {
  const key = `arrival-${Math.floor(luck.next() * 2 ** 32)}`;
  const body = { delta: luck.between(1, 5), reason: 'arrived' };
  const path = `/admin/inventory/${SCARCE}/adjustments`;
  const headers = { 'idempotency-key': key };
  const { status } = await insist(() => system.client.request('POST', path, { body, headers }));
  if (status >= 300) contradictions.push(`an arrival was answered with ${status}`);
};

/** An operator sends everything that gave up on its way again. */
export const redriveAll: Deed = async ({ system }) => {
  const { client } = system;
  const path = '/admin/dead-letters/redrive';
  const look = { filter: {}, expectedCount: 0, dryRun: true };
  const { body } = await insist(() => client.request('POST', path, { body: look }));
  const matching = typeof body === 'object' && body !== null && 'matching' in body && body.matching;
  if (typeof matching !== 'number' || matching === 0) return;
  // Another number by now is a refusal, which is as good.
  const all = { filter: {}, expectedCount: matching, dryRun: false };
  await insist(() => client.request('POST', path, { body: all }));
};
