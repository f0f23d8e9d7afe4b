import { setTimeout as wait } from 'node:timers/promises';
import type { Answer, Memory, Wish } from './remembering-client.ts';
import type { System } from './start-system.ts';

export interface TrafficOptions {
  readonly perSecond: number;
  /** What the nth order is; one unit of what there is plenty of, without it. */
  readonly wish?: (n: number) => Partial<Pick<Wish, 'items' | 'simulate'>>;
  /** Ask again with the same key until the answer is definite; true without it. */
  readonly insist?: boolean;
}

export interface Traffic {
  /** What was asked for so far. */
  readonly memories: readonly Memory[];
  /** Sends nothing new; resolves when everything was answered. */
  stop(): Promise<void>;
}

/** Customers who order at a fixed rate, whatever becomes of their orders. */
export function startTraffic(
  { client }: Pick<System, 'client'>,
  { perSecond, wish = () => ({}), insist = true }: TrafficOptions,
): Traffic {
  const memories: Memory[] = [];
  const underWay = new Set<Promise<unknown>>();
  const stopping = new AbortController();
  const running = run();

  async function run(): Promise<void> {
    const startedAt = performance.now();
    while (!stopping.signal.aborted) {
      const due = Math.floor(((performance.now() - startedAt) * perSecond) / 1_000);
      while (memories.length <= due) send();
      await wait(1_000 / perSecond, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  function send(): void {
    const memory = client.wish(wish(memories.length));
    memories.push(memory);
    const asked = (insist ? client.insist(memory) : client.ask(memory)).finally(() =>
      underWay.delete(asked),
    );
    // Who never got an answer is looked at by whoever stops the traffic.
    asked.catch(() => undefined);
    underWay.add(asked);
  }

  return {
    memories,
    stop: async () => {
      stopping.abort();
      await running;
      await Promise.all(underWay);
    },
  };
}

/** All answers to these wishes, the first and the repeated ones. */
export function answersOf(memories: readonly Memory[]): Answer[] {
  return memories.flatMap(({ answers }) => answers);
}

/** The time that a share of answers stayed below, in milliseconds. */
export function percentile(answers: readonly Answer[], share: number): number {
  const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  return times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
}

/** How many answers had which status. */
export function countStatuses(answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
