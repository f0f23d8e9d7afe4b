import { decideReservation } from '@orders/domain/decide';
import type { OrderState } from '@orders/domain/decision';
import { describe, expect, test } from 'vitest';
import {
  ago,
  BACKORDERED,
  CANCELLED,
  CANCELLING,
  COMPLETED,
  FAILED,
  PENDING,
  REJECTED,
  RESERVED,
  SHORT,
  stepOf,
  THEN,
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
