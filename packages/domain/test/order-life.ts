import type { Decision, OrderState, PaymentOutcome, PaymentState } from '@orders/domain/decision';
import { canMove, isAtRest, type OrderStatus } from '@orders/domain/order-status';
import { expect } from 'vitest';

export interface Attempt {
  outcome: PaymentOutcome | null;
  refund: 'none' | 'open' | 'done';
}

/** What the database keeps of an order, as far as its life depends on it. */
export interface Life {
  status: OrderStatus;
  holdsStock: boolean;
  attempt: number;
  attempts: number;
  cameFrom: OrderStatus;
  /** By attempt, from 1. */
  payments: Attempt[];
}

export const NOW = new Date('2026-11-20T12:00:00Z');

function paymentOf(life: Life, attempt: number): PaymentState {
  const row = life.payments[attempt - 1];
  if (row === undefined) return 'none';
  if (row.outcome === null) return 'unknown';
  if (row.outcome.kind !== 'captured' || row.refund === 'done') return 'not_charged';
  return row.refund === 'open' ? 'refunding' : 'captured';
}

export function stateOf(life: Life, attempt = life.attempt, stepStartedAt = NOW): OrderState {
  const { status, holdsStock, attempts } = life;
  const payment = paymentOf(life, attempt);
  return {
    status,
    holdsStock,
    attempt: life.attempt,
    payment,
    attempts,
    createdAt: NOW,
    stepStartedAt,
  };
}

/** Carries a step out as the database does, and checks all that it relies upon. */
export function apply(life: Life, decision: Decision): void {
  if (decision.kind === 'wait') expect(Number.isSafeInteger(decision.nextCheckMs)).toBe(true);
  if (decision.kind !== 'step') return;
  const { step } = decision;
  const from = life.status;
  expect(from === step.to || canMove(from, step.to), `${from} → ${step.to}`).toBe(true);
  expect(step.nextCheckMs === null || Number.isSafeInteger(step.nextCheckMs)).toBe(true);
  if (!isAtRest(step.to)) expect(step.nextCheckMs).not.toBeNull();
  expect(step.deadLetter !== undefined).toBe(step.to === 'failed' && from !== 'failed');

  if (step.stock === 'reserve') expect(life.holdsStock).toBe(false);
  if (step.stock === 'release' || step.stock === 'sell') expect(life.holdsStock).toBe(true);
  if (step.stock !== 'none') life.holdsStock = step.stock === 'reserve';

  expect(step.attempt).toBeGreaterThanOrEqual(life.attempt);
  if (step.attempt > life.attempt) {
    expect(step.attempt).toBe(life.attempt + 1);
    // A new key only after a definite no, or nothing at all, under the old one.
    expect(['none', 'not_charged']).toContain(paymentOf(life, life.attempt));
    life.payments.push({ outcome: null, refund: 'none' });
  }
  if (step.refund !== undefined) {
    const { chargeId } = step.refund;
    const row = life.payments.find(
      ({ outcome }) => outcome?.kind === 'captured' && outcome.chargeId === chargeId,
    );
    expect(row?.refund).toBe('none');
    if (row !== undefined) row.refund = 'open';
  }
  if (step.to === 'failed') life.cameFrom = from;
  Object.assign(life, {
    status: step.to,
    attempt: step.attempt,
    attempts: step.to === 'failed' ? life.attempts : 0,
  });
  expectSound(life);
}

function expectSound({ status, holdsStock, payments, attempt }: Life): void {
  if (status === 'reserved') expect(holdsStock).toBe(true);
  if (status !== 'reserved' && status !== 'cancelling' && status !== 'failed')
    expect(holdsStock).toBe(false);
  const kept = payments.filter(
    ({ outcome, refund }) => outcome?.kind === 'captured' && refund === 'none',
  );
  const unknown = payments.filter(({ outcome }) => outcome === null);
  if (status === 'completed') expect([kept.length, unknown.length]).toEqual([1, 0]);
  if (status === 'cancelled' || status === 'rejected')
    expect([kept.length, unknown.length]).toEqual([0, 0]);
  // Only the current attempt can be open: all before it came to a definite no.
  expect(unknown.length).toBeLessThanOrEqual(1);
  if (unknown.length === 1) expect(payments[attempt - 1]?.outcome).toBeNull();
  expect(kept.length).toBeLessThanOrEqual(1);
}
