import { decideLateOutcome, decideOutcome } from '@orders/domain/decide-payment';
import type { OrderState, PaymentOutcome, Step } from '@orders/domain/decision';
import { describe, expect, test } from 'vitest';
import {
  CANCELLED,
  CANCELLING,
  CAPTURED,
  COMPLETED,
  FAILED,
  HARD,
  REFUSED,
  REJECTED,
  RESERVED,
  SOFT,
  stepOf,
  THEN,
  VOIDED,
} from './given.ts';

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

  test('of an attempt before the current one only money counts, and it goes back whatever the status', () => {
    for (const outcome of [SOFT, HARD, VOIDED, REFUSED]) {
      expect(decideLateOutcome(RESERVED, outcome)).toEqual({ kind: 'none' });
    }
    for (const order of [RESERVED, CANCELLING, COMPLETED, CANCELLED, REJECTED, FAILED]) {
      expect(stepOf(decideLateOutcome({ ...order, payment: 'captured' }, CAPTURED))).toMatchObject({
        to: order.status,
        event: 'refund_requested',
        stock: 'none',
        refund: { chargeId: 'ch' },
        nextCheckMs: 0,
        redispatch: true,
      });
      for (const payment of ['refunding', 'not_charged'] as const) {
        expect(decideLateOutcome({ ...order, payment }, CAPTURED)).toEqual({ kind: 'none' });
      }
    }
  });
});
