import type { BasketItem } from './basket.ts';
import type { DeadLetterReason } from './dead-letter-reason.ts';
import type { OrderStatus } from './order-status.ts';
import type { RetryPolicy } from './retry-policy.ts';

/** What of an order a decision depends on, as read under its lock. */
export interface OrderState {
  readonly status: OrderStatus;
  readonly holdsStock: boolean;
  /** Number of the current payment attempt, 0 before the first. */
  readonly attempt: number;
  /** Of the current attempt, or of the attempt that the decision is about. */
  readonly payment: PaymentState;
  /** The order's own failures since it last moved on. */
  readonly attempts: number;
  readonly createdAt: Date;
  /** When the present status or payment attempt began. */
  readonly stepStartedAt: Date;
}

/** Time and chance, handed in so that every decision can be repeated. */
export interface Circumstances {
  readonly now: Date;
  /** In [0, 1). */
  readonly random: number;
  readonly policy: RetryPolicy;
}

/** How a payment attempt stands. Money that was given back counts as not charged. */
export type PaymentState = 'none' | 'unknown' | 'captured' | 'refunding' | 'not_charged';

/** What an attempt to pay came to. An outcome is definite; what is unknown is not an outcome. */
export type PaymentOutcome =
  | { readonly kind: 'captured'; readonly chargeId: string }
  | { readonly kind: 'declined'; readonly code: string; readonly retryable: boolean }
  /** The provider will never capture under this key. */
  | { readonly kind: 'voided' }
  /** The provider says that the request is wrong: no money moved, and repeating is pointless. */
  | { readonly kind: 'refused'; readonly code: string };

/** What happens to the stock that the order wants or holds. */
export type StockEffect = 'none' | 'reserve' | 'release' | 'sell';

/** What the log calls a step of an order's life. */
export type EventType =
  | 'placed'
  | 'updated'
  | 'reserved'
  | 'backordered'
  | 'completed'
  | 'rejected'
  | 'payment_declined'
  | 'payment_voided'
  | 'cancelling'
  | 'cancelled'
  | 'refund_requested'
  | 'refunded'
  | 'failed'
  | 'redriven'
  | 'resolved';

/** A step of an order: everything that its transaction writes, decided without looking anything up. */
export interface Step {
  readonly to: OrderStatus;
  readonly reason: string | null;
  readonly event: EventType;
  readonly data: Readonly<Record<string, unknown>>;
  readonly stock: StockEffect;
  /** The payment attempt after the step; a higher number than before makes a new attempt row. */
  readonly attempt: number;
  /** Milliseconds until the order is looked at again; null when nothing is left to do. */
  readonly nextCheckMs: number | null;
  /** A new reason to run, which supersedes the jobs of earlier ones. */
  readonly redispatch: boolean;
  /** The items an order waits for, when it becomes or stays backordered. */
  readonly waitsFor?: readonly BasketItem[];
  readonly deadLetter?: DeadLetterReason;
  /** A refund of the captured charge, to be committed before its call. */
  readonly refund?: { readonly chargeId: string };
}

export type Decision =
  | { readonly kind: 'step'; readonly step: Step }
  /** Nothing that a client can see changes; look again later, in a run of its own. */
  | {
      readonly kind: 'wait';
      readonly nextCheckMs: number;
      readonly waitsFor?: readonly BasketItem[];
    }
  /** The order has moved on already, or is not concerned. */
  | { readonly kind: 'none' };
