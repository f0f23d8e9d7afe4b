import { decideAct, type DeadLetterAct } from '@orders/domain/decide-act';
import type { OrderState, Step } from '@orders/domain/decision';
import { ORDER_STATUSES } from '@orders/domain/order-status';
import { describe, expect, test } from 'vitest';
import { FAILED, stepOf } from './given.ts';

describe('an operator', () => {
  const redrive: DeadLetterAct = { kind: 'redrive' };
  const discard: DeadLetterAct = { kind: 'discard', reason: 'enough' };
  const resolve = (outcome: 'charged' | 'not_charged'): DeadLetterAct => ({
    kind: 'resolve',
    outcome,
    reason: 'seen',
  });
  const free = { ...FAILED, holdsStock: false } as const;

  test.each<[string, OrderState, OrderState['status'], DeadLetterAct, Partial<Step>]>([
    [
      'redrives what holds nothing to pending',
      free,
      'reserved',
      redrive,
      { to: 'pending', attempt: 1, event: 'redriven' },
    ],
    ['redrives what was in line to pending', free, 'backordered', redrive, { to: 'pending' }],
    [
      'redrives what holds stock to reserved, same attempt',
      FAILED,
      'reserved',
      redrive,
      { to: 'reserved', attempt: 1, nextCheckMs: 0, redispatch: true },
    ],
    [
      'redrives what holds stock and was not charged with a new attempt',
      { ...FAILED, payment: 'not_charged' },
      'reserved',
      redrive,
      { to: 'reserved', attempt: 2 },
    ],
    [
      'redrives what was cancelling to cancelling',
      FAILED,
      'cancelling',
      redrive,
      { to: 'cancelling', attempt: 1 },
    ],
    [
      'redrives what was cancelling without stock to cancelling',
      free,
      'cancelling',
      redrive,
      { to: 'cancelling' },
    ],
    [
      'discards what was never charged',
      { ...free, payment: 'none' },
      'pending',
      discard,
      { to: 'cancelled', reason: 'enough', stock: 'none', nextCheckMs: null },
    ],
    [
      'discards what was not charged, stock and all',
      { ...FAILED, payment: 'not_charged' },
      'reserved',
      discard,
      { to: 'cancelled', stock: 'release' },
    ],
    [
      'discards what may be charged by way of cancelling',
      FAILED,
      'reserved',
      discard,
      { to: 'cancelling', reason: 'enough', stock: 'none' },
    ],
    [
      'discards what is charged by way of cancelling',
      { ...FAILED, payment: 'captured' },
      'reserved',
      discard,
      { to: 'cancelling' },
    ],
    [
      'resolves as charged: goes on with the same attempt',
      { ...FAILED, payment: 'captured' },
      'reserved',
      resolve('charged'),
      { to: 'reserved', attempt: 1, event: 'resolved' },
    ],
    [
      'resolves as not charged: goes on with a new attempt',
      { ...FAILED, payment: 'not_charged' },
      'reserved',
      resolve('not_charged'),
      { to: 'reserved', attempt: 2 },
    ],
    [
      'resolves what was cancelling as charged: refunds it',
      { ...FAILED, payment: 'captured' },
      'cancelling',
      resolve('charged'),
      { to: 'cancelling' },
    ],
    [
      'resolves what was cancelling as not charged: cancelled',
      { ...FAILED, payment: 'not_charged' },
      'cancelling',
      resolve('not_charged'),
      { to: 'cancelled', stock: 'release' },
    ],
  ])('%s', (_, order, cameFrom, act, step) => {
    expect(stepOf(decideAct(order, cameFrom, act))).toMatchObject(step);
  });

  test('acts on failed orders only', () => {
    for (const status of ORDER_STATUSES.filter((each) => each !== 'failed')) {
      for (const act of [redrive, discard, resolve('charged')]) {
        expect(decideAct({ ...FAILED, status }, 'reserved', act)).toEqual({ kind: 'none' });
      }
    }
  });
});
