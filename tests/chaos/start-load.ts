import { setTimeout as wait } from 'node:timers/promises';
import { type Answer, isDefinite, type Memory } from '../harness/remembering-client.ts';
import type { System } from '../harness/start-system.ts';
import { noteOrder, type OrderMemory } from './order-memory.ts';
import type { Random } from './random.ts';

/** Customers who do everything that can be done, and remember every answer. */
export interface Load {
  readonly orders: readonly OrderMemory[];
  /** Keys of orders that were refused for good: there must be none with them. */
  readonly refused: readonly Memory[];
  readonly contradictions: string[];
  /** How often was done what. */
  readonly acts: Record<string, number>;
  /** Nothing new is begun; resolves when everything was answered. */
  stop(): Promise<void>;
}

export const SCARCE = 'BACKPACK-0002';
const SKUS = ['BACKPACK-0001', 'BLANKET-0001', 'BOTTLE-0001', 'CABLE-0001', SCARCE] as const;
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
/** How long after the faults an answer may take. */
const PATIENCE_MS = 120_000;

/** Starts `customers` loops; each does one thing after the other, about `perSecond` in all. */
export function startLoad(
  system: System,
  random: Random,
  { customers, perSecond }: { readonly customers: number; readonly perSecond: number },
): Load {
  const { client } = system;
  const orders: OrderMemory[] = [];
  const refused: Memory[] = [];
  const contradictions: string[] = [];
  const acts: Record<string, number> = {};
  const stopping = new AbortController();

  const deeds: readonly [deed: (luck: Random) => Promise<void>, weight: number][] = [
    [placeOrder, 12],
    [replay, 2],
    [askForOtherBody, 1],
    [orderTwice, 1],
    [cancelOrder, 3],
    [changeOrder, 2],
    [lookAt, 3],
    [arrive, 1],
  ];

  async function live(luck: Random): Promise<void> {
    while (!stopping.signal.aborted) {
      const deed = pickDeed(luck);
      acts[deed.name] = (acts[deed.name] ?? 0) + 1;
      await deed(luck);
      const pauseMs = (2_000 * customers * luck.next()) / perSecond;
      await wait(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  function pickDeed(luck: Random): (luck: Random) => Promise<void> {
    let left = luck.next() * deeds.reduce((sum, [, weight]) => sum + weight, 0);
    const found = deeds.find(([, weight]) => (left -= weight) < 0);
    return found?.[0] ?? placeOrder;
  }

  /** Asks until the answer is definite: it may have happened, and must not happen twice. */
  async function insist(ask: () => Promise<Answer>): Promise<Answer> {
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      const answer = await ask();
      if (isDefinite(answer)) return answer;
      if (performance.now() > until) throw new Error(`no answer: ${answer.status}`);
      await wait(200);
    }
  }

  async function placeOrder(luck: Random): Promise<void> {
    const items = [{ sku: luck.pick(SKUS), quantity: luck.between(1, 3) }];
    const wish = client.wish({ items, simulate: luck.pick(FATES) });
    await learn(wish, await client.insist(wish, PATIENCE_MS));
  }

  async function learn(wish: Memory, { status, body }: Answer): Promise<void> {
    if (status !== 201 || wish.orderId === null) {
      refused.push(wish);
      return;
    }
    const { customerId, items } = wish.wish;
    const memory: OrderMemory = {
      id: wish.orderId,
      customerId,
      wish,
      version: 1,
      ended: null,
      cancelled: false,
      items,
    };
    orders.push(memory);
    contradictions.push(...noteOrder(memory, body));
  }

  async function replay(luck: Random): Promise<void> {
    const memory = pickOrder(luck);
    if (memory === null) return;
    const answer = await client.insist(memory.wish, PATIENCE_MS);
    if (answer.status !== 201) contradictions.push(`a replay was answered with ${answer.status}`);
    else contradictions.push(...noteOrder(memory, answer.body));
  }

  async function askForOtherBody(luck: Random): Promise<void> {
    const memory = pickOrder(luck);
    if (memory === null) return;
    const { key, customerId } = memory.wish.wish;
    const other = client.wish({ key, customerId, items: [{ sku: SKUS[0], quantity: 9 }] });
    const { status } = await client.insist(other, PATIENCE_MS);
    if (status !== 422) contradictions.push(`another body under a known key got ${status}`);
  }

  /** Whoever has a live order of this basket is told so; a fresh order is as good if he has none. */
  async function orderTwice(luck: Random): Promise<void> {
    const memory = pickOrder(luck);
    if (memory === null) return;
    const { customerId, items } = memory.wish.wish;
    const twin = client.wish({ customerId, items });
    const answer = await client.insist(twin, PATIENCE_MS);
    if (answer.status !== 201 && answer.status !== 409) {
      contradictions.push(`a second order of the same was answered with ${answer.status}`);
    }
    await learn(twin, answer);
  }

  async function cancelOrder(luck: Random): Promise<void> {
    const memory = pickOrder(luck);
    if (memory === null) return;
    const { id, customerId } = memory;
    const { status, body } = await insist(() =>
      client.request('POST', `/orders/${id}/cancel`, { customerId, body: {} }),
    );
    if (status === 409) return;
    if (status !== 200 && status !== 202) {
      contradictions.push(`cancelling ${id} was answered with ${status}`);
      return;
    }
    memory.cancelled = true;
    contradictions.push(...noteOrder(memory, body));
  }

  async function changeOrder(luck: Random): Promise<void> {
    const memory = pickOrder(luck);
    if (memory === null) return;
    const { id, customerId } = memory;
    const items = [{ sku: luck.pick(SKUS), quantity: luck.between(4, 9) }];
    let heard = true;
    const { status, body } = await insist(async () => {
      const headers = { 'if-match': `"${memory.version}"` };
      const answer = await client.request('PATCH', `/orders/${id}`, { customerId, body: { items }, headers });
      heard &&= isDefinite(answer);
      return answer;
    });
    if (status === 200) contradictions.push(...noteOrder(memory, body));
    // An answer that got lost may have been a yes: then it is not known what he has.
    if (status === 200 && heard) memory.items = items;
    else if (!heard) memory.items = null;
  }

  async function lookAt(luck: Random): Promise<void> {
    const memory = pickOrder(luck);
    if (memory === null) return;
    const { id, customerId } = memory;
    const { status, body } = await insist(() => client.request('GET', `/orders/${id}`, { customerId }));
    if (status === 200) contradictions.push(...noteOrder(memory, body));
    else contradictions.push(`acknowledged order ${id} was answered with ${status}`);
  }

  /** Stock of what is scarce: some of those who wait are served. */
  async function arrive(luck: Random): Promise<void> {
    const key = `arrival-${Math.floor(luck.next() * 2 ** 32)}`;
    await insist(() =>
      client.request('POST', `/admin/inventory/${SCARCE}/adjustments`, {
        body: { delta: luck.between(1, 5), reason: 'arrived' },
        headers: { 'idempotency-key': key },
      }),
    );
  }

  function pickOrder(luck: Random): OrderMemory | null {
    // Rather a young one: the old ones have come to rest.
    const back = Math.floor(luck.next() * luck.next() * orders.length);
    return orders[orders.length - 1 - back] ?? null;
  }

  const lives = Array.from({ length: customers }, () => live(random.fork()));
  const lived = Promise.all(lives);
  // Looked at by whoever stops the load.
  lived.catch(() => undefined);
  return {
    orders,
    refused,
    contradictions,
    acts,
    stop: async () => {
      stopping.abort();
      await lived;
    },
  };
}
