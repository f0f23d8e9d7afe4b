import { setTimeout as wait } from 'node:timers/promises';
import { type Answer, isDefinite, type Memory } from '../harness/remembering-client.ts';
import type { System } from '../harness/start-system.ts';
import type { OrderMemory } from './order-memory.ts';
import type { Random } from './random.ts';

/** What the customers of a run have been told so far. */
export interface LoadState {
  readonly system: System;
  readonly orders: OrderMemory[];
  /** Wishes that were refused for good: there must be no order with their keys. */
  readonly refused: Memory[];
  /** Answers that contradict earlier ones. */
  readonly contradictions: string[];
  /** Orders that somebody is busy with: their answers come one after the other. */
  readonly busy: Set<OrderMemory>;
}

/** One thing that a customer does. */
export type Deed = (state: LoadState, luck: Random) => Promise<void>;

/** How long an answer may take, the longest fault included. */
export const PATIENCE_MS = 120_000;

/** Asks until the answer is definite: it may have happened, and must not happen twice. */
export async function insist(ask: () => Promise<Answer>): Promise<Answer> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (isDefinite(answer)) return answer;
    if (performance.now() > until)
      throw new Error(`no answer for long; the last: ${answer.status}`);
    await wait(200);
  }
}

/** Does something with an order that nobody is busy with, rather a young one; nothing without any. */
export async function withOrder(
  { orders, busy }: LoadState,
  luck: Random,
  deed: (order: OrderMemory) => Promise<void>,
): Promise<void> {
  const back = Math.floor(luck.next() * luck.next() * orders.length);
  const order = orders[orders.length - 1 - back];
  if (order === undefined || busy.has(order)) return;
  busy.add(order);
  await deed(order).finally(() => busy.delete(order));
}
