import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@orders/domain/retry-policy';

/** What a call to the warehouse came to. Every call may be repeated: totals and snapshots only are. */
export type WarehouseAnswer<T> =
  | { readonly kind: 'answer'; readonly value: T }
  /** The snapshot is no longer kept: begin with a new one. */
  | { readonly kind: 'gone' }
  /** A definite no; asking again is in vain. */
  | { readonly kind: 'refused'; readonly error: string }
  /** Time-out, reset, 5xx, 429, or an answer that breaks off or cannot be understood. */
  | { readonly kind: 'unavailable'; readonly error: string };

const MAX_TRIES = 4;
const CALL_BACKOFF = { baseMs: 250, capMs: 4_000 };

/** Calls until there is a definite answer, with backoff, at most four times or until `signal`. */
export async function callWithBackoff<T>(
  call: () => Promise<WarehouseAnswer<T>>,
  signal: AbortSignal,
): Promise<WarehouseAnswer<T>> {
  for (let tries = 1; ; tries += 1) {
    const answer = await call();
    if (answer.kind !== 'unavailable' || tries >= MAX_TRIES || signal.aborted) return answer;
    const waitMs = backoffMs(CALL_BACKOFF, tries, Math.random());
    await delay(waitMs, undefined, { signal }).catch(() => undefined);
  }
}
