import { decideCancel, decideReservation, giveUp } from '@orders/domain/decide';
import { decideOutcome, decideRefunded } from '@orders/domain/decide-payment';
import { ORDER_RESTS, restOf } from '@orders/domain/order-rest';
import { expect, test } from 'vitest';
import {
  ago,
  BACKORDERED,
  CANCELLED,
  CANCELLING,
  CAPTURED,
  HARD,
  PENDING,
  RESERVED,
  SHORT,
  stepOf,
  THEN,
  VOIDED,
} from './given.ts';

test('each end has its status and its reason, and all of them are known beforehand', () => {
  const longAgo = { ...BACKORDERED, stepStartedAt: ago(86_400_000) };
  const ends = [
    restOf('reserved', stepOf(decideOutcome(RESERVED, CAPTURED, THEN))),
    restOf('backordered', stepOf(decideReservation(longAgo, SHORT, THEN))),
    restOf('reserved', stepOf(decideOutcome(RESERVED, HARD, THEN))),
    restOf('cancelling', stepOf(decideOutcome(CANCELLING, VOIDED, THEN))),
    restOf('reserved', stepOf(giveUp(RESERVED, 'worker_killed', {}))),
  ];
  expect(ends).toEqual([
    { status: 'completed', reason: 'none' },
    { status: 'rejected', reason: 'out_of_stock' },
    { status: 'rejected', reason: 'payment_declined' },
    { status: 'cancelled', reason: 'none' },
    { status: 'failed', reason: 'worker_killed' },
  ]);
  for (const end of ends) expect(ORDER_RESTS).toContainEqual(end);
});

test('what a customer gives as his reason is not in it', () => {
  const step = stepOf(decideCancel(PENDING, 'changed my mind'));
  expect(restOf('pending', step)).toEqual({ status: 'cancelled', reason: 'none' });
});

test('a step on the way is no end, and neither is one of an order that is at its end', () => {
  expect(restOf('reserved', stepOf(decideCancel(RESERVED, null)))).toBeNull();
  const refunded = stepOf(decideRefunded({ ...CANCELLED, payment: 'not_charged' }, 're_1', 0));
  expect(restOf('cancelled', refunded)).toBeNull();
});
