import {
  canMove,
  isAtRest,
  isOrderStatus,
  isTerminal,
  ORDER_STATUSES,
  TRANSITIONS,
} from '@orders/domain/order-status';
import { expect, test } from 'vitest';

// Written out once more, so that a change of the table is a change of two places.
const LEGAL = [
  'pending → reserved',
  'pending → backordered',
  'pending → rejected',
  'pending → cancelled',
  'pending → failed',
  'backordered → reserved',
  'backordered → rejected',
  'backordered → cancelled',
  'backordered → failed',
  'reserved → completed',
  'reserved → rejected',
  'reserved → cancelling',
  'reserved → failed',
  'cancelling → cancelled',
  'cancelling → failed',
  'failed → pending',
  'failed → reserved',
  'failed → cancelling',
  'failed → cancelled',
];

test('of all pairs of statuses exactly the legal ones may follow one another', () => {
  const moves = ORDER_STATUSES.flatMap((from) =>
    ORDER_STATUSES.filter((to) => canMove(from, to)).map((to) => `${from} → ${to}`),
  );
  expect(moves).toEqual(expect.arrayContaining(LEGAL));
  expect(moves).toHaveLength(LEGAL.length);
});

test('what nothing follows is terminal, and an order at rest is terminal or failed', () => {
  expect(ORDER_STATUSES.filter(isTerminal)).toEqual(['completed', 'rejected', 'cancelled']);
  expect(ORDER_STATUSES.filter(isAtRest)).toEqual(['completed', 'rejected', 'cancelled', 'failed']);
});

test('every status can be reached from pending, and comes to an end', () => {
  const reach = (from: readonly string[]): Set<string> => {
    const seen = new Set(from);
    for (const status of seen) {
      if (isOrderStatus(status)) for (const next of TRANSITIONS[status]) seen.add(next);
    }
    return seen;
  };
  expect(reach(['pending'])).toEqual(new Set(ORDER_STATUSES));
  for (const status of ORDER_STATUSES)
    expect(Array.from(reach([status])).some((s) => isOrderStatus(s) && isTerminal(s))).toBe(true);
});

test('a status of a newer version is not taken for a known one', () => {
  expect(isOrderStatus('pending')).toBe(true);
  expect(isOrderStatus('shipped')).toBe(false);
  expect(isOrderStatus('toString')).toBe(false);
});
