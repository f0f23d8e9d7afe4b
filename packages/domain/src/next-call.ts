import type { PaymentOutcome } from './decision.ts';
import type { OrderStatus } from './order-status.ts';
import type { RetryPolicy } from './retry-policy.ts';

/** A payment attempt as its row says. */
export interface AttemptState {
  readonly attempt: number;
  readonly key: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly outcome: PaymentOutcome | null;
  readonly createdAt: Date;
}

export interface RefundState {
  readonly n: number;
  readonly key: string;
  readonly chargeId: string;
  readonly amountMinor: number;
  readonly createdAt: Date;
}

/** The next thing that an order needs of the outside world. */
export type NextCall =
  | {
      readonly kind: 'charge';
      readonly attempt: AttemptState;
      /** An earlier run may have sent it: look it up by key before it is repeated. */
      readonly lookUpFirst: boolean;
      /** The provider may have forgotten the key: a repeat could charge twice. Only look up. */
      readonly mayRepeat: boolean;
    }
  | {
      readonly kind: 'void';
      readonly attempt: AttemptState;
      /** The provider may have forgotten the key, and voids what it has forgotten. Only look up. */
      readonly mayRepeat: boolean;
    }
  | { readonly kind: 'refund'; readonly refund: RefundState }
  /** The outcome is stored already; only the order has not heard of it. */
  | { readonly kind: 'settle'; readonly attempt: AttemptState; readonly outcome: PaymentOutcome }
  | { readonly kind: 'nothing' };

/**
 * Decides the next call from what is stored, so that a run that starts over after a crash goes on
 * exactly where the last one left off. Refunds come first: they are owed whatever the status.
 *
 * @param freshAttempt the number of the attempt that this very run has committed, if any: nobody
 *   can have sent it yet, so it need not be looked up
 */
export function nextCall(
  status: OrderStatus,
  attempt: AttemptState | null,
  openRefunds: readonly RefundState[],
  freshAttempt: number | null,
  now: Date,
  policy: RetryPolicy,
): NextCall {
  const [refund] = openRefunds;
  if (refund !== undefined) return { kind: 'refund', refund };
  if (attempt === null || (status !== 'reserved' && status !== 'cancelling'))
    return { kind: 'nothing' };
  if (attempt.outcome !== null) return { kind: 'settle', attempt, outcome: attempt.outcome };
  const mayRepeat = now.getTime() - attempt.createdAt.getTime() < policy.providerKeyRetentionMs;
  if (status === 'cancelling') return { kind: 'void', attempt, mayRepeat };
  return {
    kind: 'charge',
    attempt,
    lookUpFirst: attempt.attempt !== freshAttempt,
    mayRepeat,
  };
}

/** The key under which the provider knows an attempt to charge. */
export function chargeKey(orderId: string, attempt: number): string {
  return `charge-${orderId}-${attempt}`;
}

/** The key under which the provider knows a refund. */
export function refundKey(orderId: string, n: number): string {
  return `refund-${orderId}-${n}`;
}
