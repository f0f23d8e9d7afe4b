import type {
  Circumstances,
  Decision,
  OrderState,
  PaymentOutcome,
  Step,
} from '@orders/domain/decision';
import { PRODUCTION_RETRY_POLICY } from '@orders/domain/retry-policy';

const NOW = new Date('2026-11-20T12:00:00Z');
export const ago = (ms: number): Date => new Date(NOW.getTime() - ms);
export const THEN: Circumstances = { now: NOW, random: 0, policy: PRODUCTION_RETRY_POLICY };

export const PENDING: OrderState = {
  status: 'pending',
  holdsStock: false,
  attempt: 0,
  payment: 'none',
  attempts: 0,
  createdAt: NOW,
  stepStartedAt: NOW,
};
export const BACKORDERED: OrderState = { ...PENDING, status: 'backordered' };
export const RESERVED: OrderState = {
  ...PENDING,
  status: 'reserved',
  holdsStock: true,
  attempt: 1,
  payment: 'unknown',
};
export const CANCELLING: OrderState = { ...RESERVED, status: 'cancelling' };
export const FAILED: OrderState = { ...RESERVED, status: 'failed' };
export const COMPLETED: OrderState = {
  ...RESERVED,
  status: 'completed',
  holdsStock: false,
  payment: 'captured',
};
export const CANCELLED: OrderState = { ...COMPLETED, status: 'cancelled' };
export const REJECTED: OrderState = { ...COMPLETED, status: 'rejected' };

export const CAPTURED: PaymentOutcome = { kind: 'captured', chargeId: 'ch' };
export const SOFT: PaymentOutcome = { kind: 'declined', code: 'later', retryable: true };
export const HARD: PaymentOutcome = { kind: 'declined', code: 'never', retryable: false };
export const VOIDED: PaymentOutcome = { kind: 'voided' };
export const REFUSED: PaymentOutcome = { kind: 'refused', code: 'bad' };
export const SHORT = { kind: 'short', items: [{ sku: 'A', quantity: 2 }] } as const;

export function stepOf(decision: Decision): Step {
  if (decision.kind !== 'step') throw new Error(`decided ${decision.kind}`);
  return decision.step;
}
