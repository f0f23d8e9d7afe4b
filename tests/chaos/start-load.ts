import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { System } from '../harness/start-system.ts';
import type { Deed, LoadState } from './load-state.ts';
import { arrive, cancelOrder, changeOrder, lookAt, redriveAll } from './order-deeds.ts';
import { askForOtherBody, orderTwice, placeOrder, replay } from './place-deeds.ts';
import type { Random } from './random.ts';

/** Customers who do everything that can be done, and remember every answer. */
export interface Load extends LoadState {
  /** How often was done what. */
  readonly deeds: Readonly<Record<string, number>>;
  /** Nothing new is begun; resolves when everything was answered. */
  stop(): Promise<void>;
}

/** What customers do, and how often beside the others. */
const DEEDS = {
  place: [placeOrder, 12],
  replay: [replay, 2],
  'other body': [askForOtherBody, 1],
  'order twice': [orderTwice, 1],
  cancel: [cancelOrder, 3],
  change: [changeOrder, 2],
  read: [lookAt, 3],
  arrival: [arrive, 1],
  redrive: [redriveAll, 0.3],
} as const satisfies Record<string, readonly [deed: Deed, weight: number]>;

const TOTAL = Object.values(DEEDS).reduce((sum, [, weight]) => sum + weight, 0);

/** Starts so many customers; each does one thing after the other, about `perSecond` in all. */
export function startLoad(
  system: System,
  random: Random,
  { customers, perSecond }: { readonly customers: number; readonly perSecond: number },
): Load {
  const deeds: Record<string, number> = {};
  const state = { system, orders: [], refused: [], contradictions: [], busy: new Set<never>() };
  const stopping = new AbortController();
  const { signal } = stopping;
  // One per customer who pauses.
  setMaxListeners(customers + 1, signal);

  async function live(luck: Random): Promise<void> {
    while (!signal.aborted) {
      const [name, deed] = pickDeed(luck);
      deeds[name] = (deeds[name] ?? 0) + 1;
      await deed(state, luck);
      const pauseMs = (2_000 * customers * luck.next()) / perSecond;
      await wait(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  const lived = Promise.all(Array.from({ length: customers }, () => live(random.fork())));
  // Heard of by whoever stops the load.
  lived.catch(() => undefined);
  return {
    ...state,
    deeds,
    stop: async () => {
      stopping.abort();
      await lived;
    },
  };
}

function pickDeed(luck: Random): [name: string, deed: Deed] {
  let left = luck.next() * TOTAL;
  for (const [name, [deed, weight]] of Object.entries(DEEDS)) {
    left -= weight;
    if (left < 0) return [name, deed];
  }
  return ['place', placeOrder];
}
