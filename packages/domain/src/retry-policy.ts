/** Limits and waits of everything that is tried again. All times in milliseconds. */
export interface RetryPolicy {
  /** How long a backordered order waits for stock before it is rejected. */
  readonly backorderMaxWaitMs: number;
  /** How long outages of partners are waited out before an operator is asked. */
  readonly giveUpAfterMs: number;
  /** How long the provider remembers a key: only so long may a charge be repeated. */
  readonly providerKeyRetentionMs: number;
  /** Payment attempts in all, the soft declines included. */
  readonly paymentAttempts: number;
  /** The order's own failures until it becomes a dead letter. */
  readonly orderAttempts: number;
  /** Starts that ended in a dead worker until the order becomes a dead letter. */
  readonly maxStarts: number;
  /** When an order that is being worked on is looked at again if nobody reports back. */
  readonly leaseMs: number;
}

export const PRODUCTION_RETRY_POLICY: RetryPolicy = {
  backorderMaxWaitMs: 86_400_000,
  giveUpAfterMs: 86_400_000,
  providerKeyRetentionMs: 86_400_000,
  paymentAttempts: 3,
  orderAttempts: 5,
  maxStarts: 5,
  leaseMs: 60_000,
};

export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
}

/** The order's own failures and outages of its partners. */
export const FAILURE_BACKOFF: Backoff = { baseMs: 500, capMs: 30_000 };
/** Waiting for stock; its arrival wakes the order at once, so this is only the net below. */
export const BACKORDER_BACKOFF: Backoff = { baseMs: 1_000, capMs: 300_000 };
/** A soft decline: the customer's bank may say yes a little later. */
export const DECLINE_BACKOFF: Backoff = { baseMs: 1_000, capMs: 60_000 };

/**
 * Capped exponential backoff with equal jitter: half of the wait is fixed, half is random, so that
 * orders which failed together do not come back together.
 * Source: AWS Architecture Blog, "Exponential Backoff And Jitter".
 *
 * @param tries how often it was tried before, from 1
 * @param random a number in [0, 1), given by the caller since this package has no randomness
 */
export function backoffMs(backoff: Backoff, tries: number, random: number): number {
  const exponent = Math.min(Math.max(tries, 1) - 1, 30);
  const full = Math.min(backoff.capMs, backoff.baseMs * 2 ** exponent);
  return Math.round(full / 2 + (full / 2) * random);
}

/**
 * How many tries with these waits fit into the time since the first one: for waits that go on for
 * as long as their cause, where nobody counts. From 1.
 */
export function triesAfter({ baseMs }: Backoff, waitedMs: number): number {
  return 1 + Math.floor(Math.log2(1 + Math.max(0, waitedMs) / baseMs));
}
