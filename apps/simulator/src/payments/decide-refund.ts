import type { RefundRequest } from '@orders/domain/contracts/payment-provider';
import { findCharge, type Ledger, type LedgerRefund, sumRefunds } from './ledger.ts';

export type RefundDecision =
  | { readonly kind: 'known'; readonly refund: LedgerRefund }
  | { readonly kind: 'key-reused' }
  | { readonly kind: 'unknown-charge' }
  | { readonly kind: 'not-captured' }
  | { readonly kind: 'refund-too-large'; readonly left: number }
  | { readonly kind: 'new' };

/** One refund per key, for ever; all refunds of a charge together never exceed what it captured. */
export function decideRefund(ledger: Ledger, key: string, request: RefundRequest): RefundDecision {
  const refund = ledger.refundByKey.get(key);
  if (refund) {
    return refund.charge.id === request.chargeId && refund.amount === request.amount
      ? { kind: 'known', refund }
      : { kind: 'key-reused' };
  }
  const charge = findCharge(ledger, request.chargeId);
  if (!charge) return { kind: 'unknown-charge' };
  if (charge.status !== 'captured') return { kind: 'not-captured' };
  const left = charge.amount - sumRefunds(charge);
  return request.amount > left ? { kind: 'refund-too-large', left } : { kind: 'new' };
}
