import type { PaymentOutcome } from '@orders/domain/decision';

/** What a call to the payment provider came to. Only `outcome` and `refunded` are definite. */
export type CallResult =
  | { readonly kind: 'outcome'; readonly outcome: PaymentOutcome }
  | { readonly kind: 'refunded'; readonly refundId: string }
  /** The provider does not know the key now; a copy of the request may still be on its way. */
  | { readonly kind: 'not-found' }
  /** It may have happened: time-out, reset, 5xx, 429, or an answer that cannot be understood. */
  | { readonly kind: 'unknown'; readonly error: string; readonly retryAfterMs: number | null }
  /** Not sent: the breaker is open, since the provider has been failing. */
  | { readonly kind: 'not-sent'; readonly retryAfterMs: number };
