import type { Answer, Memory } from '../harness/remembering-client.ts';
import { type Deed, type LoadState, PATIENCE_MS, withOrder } from './load-state.ts';
import { noteOrder, type OrderMemory } from './order-memory.ts';

export const SCARCE = 'BACKPACK-0002';
export const SKUS = ['BACKPACK-0001', 'BLANKET-0001', 'BOTTLE-0001', 'CABLE-0001', SCARCE] as const;
const FATES = [
  undefined,
  undefined,
  undefined,
  'delay:300',
  'decline',
  'decline-soft:1',
  'hang-after:1',
  'drop:1',
  '500:1',
  'drop-before:1',
] as const;

export const placeOrder: Deed = async (state, luck) => {
  const { client } = state.system;
  const items = [{ sku: luck.pick(SKUS), quantity: luck.between(1, 3) }];
  const wish = client.wish({ items, simulate: luck.pick(FATES) });
  learn(state, wish, await client.insist(wish, PATIENCE_MS));
};

/** The same request again, long after it was answered. */
export const replay: Deed = (state, luck) =>
  withOrder(state, luck, async (order) => {
    const { status, body } = await state.system.client.insist(order.wish, PATIENCE_MS);
    if (status === 201) state.contradictions.push(...noteOrder(order, body));
    else state.contradictions.push(`a replay was answered with ${status}`);
  });

export const askForOtherBody: Deed = (state, luck) =>
  withOrder(state, luck, async ({ wish: { wish } }) => {
    const { client } = state.system;
    const items = [{ sku: SKUS[0], quantity: 9 }];
    const other = client.wish({ key: wish.key, customerId: wish.customerId, items });
    const { status } = await client.insist(other, PATIENCE_MS);
    if (status !== 422) state.contradictions.push(`another body under a used key got ${status}`);
  });

/** Whoever has a live order of the same basket is told so; if he has none, this is one. */
export const orderTwice: Deed = (state, luck) =>
  withOrder(state, luck, async ({ wish: { wish } }) => {
    const { client } = state.system;
    const twin = client.wish({ customerId: wish.customerId, items: wish.items });
    const answer = await client.insist(twin, PATIENCE_MS);
    if (answer.status !== 201 && answer.status !== 409) {
      state.contradictions.push(`the same basket again was answered with ${answer.status}`);
    }
    learn(state, twin, answer);
  });

function learn({ orders, refused, contradictions }: LoadState, wish: Memory, answer: Answer): void {
  if (answer.status !== 201 || wish.orderId === null) {
    refused.push(wish);
    return;
  }
  const { customerId, items } = wish.wish;
  const order: OrderMemory = {
    id: wish.orderId,
    customerId,
    wish,
    version: 1,
    ended: null,
    cancelled: false,
    items,
  };
  orders.push(order);
  contradictions.push(...noteOrder(order, answer.body));
}
