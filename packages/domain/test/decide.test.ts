import { decideLateOutcome, decideOutcome, decideReservation } from '@orders/domain/decide';
import type { OrderState, PaymentOutcome, Step } from '@orders/domain/decision';
import { describe, expect, test } from 'vitest';
import {
  ago,
  BACKORDERED,
  CANCELLED,
  CANCELLING,
  CAPTURED,
  COMPLETED,
  FAILED,
  HARD,
  PENDING,
  REFUSED,
  REJECTED,
  RESERVED,
  SHORT,
  SOFT,
  stepOf,
  THEN,
  VOIDED,
} from './given.ts';

describe('asking for stock', () => {
  test.each([
    ['a pending order', PENDING],
    ['a backordered order', BACKORDERED],
  ])('%s whose stock is there is reserved under a first attempt', (_, order) => {
    expect(stepOf(decideReservation(order, { kind: 'allocated' }, THEN))).toMatchObject({
      to: 'reserved',
      stock: 'reserve',
      attempt: 1,
      nextCheckMs: 60_000,
    });
  });

  test('money that an earlier attempt took pays for a new reservation; a definite no needs a new attempt', () => {
    const attemptAfter = (payment: OrderState['payment']): number =>
      stepOf(decideReservation({ ...PENDING, attempt: 3, payment }, { kind: 'allocated' }, THEN))
        .attempt;
    expect(attemptAfter('captured')).toBe(3);
    expect(attemptAfter('not_charged')).toBe(4);
  });

  test('a pending order that is short waits in line for what it is short of', () => {
    expect(stepOf(decideReservation(PENDING, SHORT, THEN))).toMatchObject({
      to: 'backordered',
      stock: 'none',
      waitsFor: SHORT.items,
      nextCheckMs: 500,
      redispatch: true,
    });
  });

  test.each([
    [0, 500],
    [1_000, 1_000],
    [7_000, 4_000],
    [100_000, 32_000],
    [3_600_000, 150_000],
    [86_390_000, 10_000],
  ])(
    'having waited %i ms it looks again in %i ms, never later than the end of its wait',
    (waitedMs, nextCheckMs) => {
      const order = { ...BACKORDERED, stepStartedAt: ago(waitedMs) };
      expect(decideReservation(order, SHORT, THEN)).toEqual({
        kind: 'wait',
        nextCheckMs,
        waitsFor: SHORT.items,
      });
    },
  );

  test.each([-1, -1_000, -90_000])(
    'a wait that began %i ms in the past, by a clock that is ahead, has just begun',
    (ms) => {
      const order = { ...BACKORDERED, stepStartedAt: ago(ms) };
      expect(decideReservation(order, SHORT, THEN)).toMatchObject({
        kind: 'wait',
        nextCheckMs: 500,
      });
    },
  );

  test('after the longest wait it is rejected; when the policy allows none, at once', () => {
    const waited = { ...BACKORDERED, stepStartedAt: ago(86_400_000) };
    expect(stepOf(decideReservation(waited, SHORT, THEN))).toMatchObject({
      to: 'rejected',
      reason: 'out_of_stock',
      nextCheckMs: null,
    });
    const hasty = { ...THEN, policy: { ...THEN.policy, backorderMaxWaitMs: 0 } };
    expect(stepOf(decideReservation(PENDING, SHORT, hasty)).to).toBe('rejected');
  });

  test('no other status asks for stock', () => {
    for (const order of [RESERVED, CANCELLING, FAILED, COMPLETED, CANCELLED, REJECTED]) {
      expect(decideReservation(order, { kind: 'allocated' }, THEN)).toEqual({ kind: 'none' });
    }
  });
});

describe('the outcome of the current attempt', () => {
  test.each<[string, OrderState, PaymentOutcome, Partial<Step>]>([
    [
      'reserved and captured: completed, sold',
      RESERVED,
      CAPTURED,
      { to: 'completed', stock: 'sell' },
    ],
    [
      'reserved and softly declined: tried again under a new key',
      RESERVED,
      SOFT,
      {
        to: 'reserved',
        event: 'payment_declined',
        attempt: 2,
        nextCheckMs: 500,
        redispatch: true,
        stock: 'none',
      },
    ],
    [
      'softly declined for the third time: rejected',
      { ...RESERVED, attempt: 3 },
      SOFT,
      { to: 'rejected', reason: 'payment_declined', stock: 'release', attempt: 3 },
    ],
    [
      'reserved and hard declined: rejected at once',
      RESERVED,
      HARD,
      { to: 'rejected', reason: 'payment_declined', stock: 'release' },
    ],
    [
      'reserved and voided by somebody: charged anew',
      RESERVED,
      VOIDED,
      { to: 'reserved', attempt: 2, nextCheckMs: 0, redispatch: true },
    ],
    [
      'reserved and refused: failed, stock released',
      RESERVED,
      REFUSED,
      { to: 'failed', reason: 'payment_refused', deadLetter: 'payment_refused', stock: 'release' },
    ],
    [
      'cancelling and captured: refunded first, stock held',
      CANCELLING,
      CAPTURED,
      {
        to: 'cancelling',
        event: 'refund_requested',
        refund: { chargeId: 'ch' },
        nextCheckMs: 0,
        stock: 'none',
      },
    ],
    [
      'cancelling and voided: cancelled',
      CANCELLING,
      VOIDED,
      { to: 'cancelled', stock: 'release', nextCheckMs: null },
    ],
    ['cancelling and declined: cancelled', CANCELLING, SOFT, { to: 'cancelled', stock: 'release' }],
    [
      'cancelling and refused: cancelled',
      CANCELLING,
      REFUSED,
      { to: 'cancelled', stock: 'release' },
    ],
    [
      'cancelling, captured and refunded already: cancelled',
      { ...CANCELLING, payment: 'not_charged' },
      CAPTURED,
      { to: 'cancelled' },
    ],
    [
      'cancelling without stock: nothing to release',
      { ...CANCELLING, holdsStock: false },
      VOIDED,
      { to: 'cancelled', stock: 'none' },
    ],
    [
      'cancelled and captured after all: refunded',
      CANCELLED,
      CAPTURED,
      { to: 'cancelled', event: 'refund_requested', refund: { chargeId: 'ch' } },
    ],
    [
      'rejected and captured after all: refunded',
      REJECTED,
      CAPTURED,
      { to: 'rejected', event: 'refund_requested', refund: { chargeId: 'ch' } },
    ],
  ])('%s', (_, order, outcome, step) => {
    expect(stepOf(decideOutcome(order, outcome, THEN))).toMatchObject(step);
  });

  test.each<[string, OrderState, PaymentOutcome]>([
    ['completed and captured again', COMPLETED, CAPTURED],
    ['failed: an operator has it in his hands', FAILED, CAPTURED],
    ['cancelling while the refund is under way', { ...CANCELLING, payment: 'refunding' }, CAPTURED],
    ['cancelled, and given back already', { ...CANCELLED, payment: 'not_charged' }, CAPTURED],
    ['cancelled and declined', CANCELLED, HARD],
    ['rejected and voided', REJECTED, VOIDED],
  ])('changes nothing when %s', (_, order, outcome) => {
    expect(decideOutcome(order, outcome, THEN)).toEqual({ kind: 'none' });
  });

  test('of an attempt before the current one only money counts, and it goes back', () => {
    for (const outcome of [SOFT, HARD, VOIDED, REFUSED]) {
      expect(decideLateOutcome(RESERVED, outcome)).toEqual({ kind: 'none' });
    }
    expect(stepOf(decideLateOutcome({ ...RESERVED, payment: 'captured' }, CAPTURED))).toMatchObject(
      {
        to: 'reserved',
        refund: { chargeId: 'ch' },
        redispatch: true,
      },
    );
  });
});
