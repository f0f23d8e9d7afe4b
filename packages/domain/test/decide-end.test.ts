import { decideCancel, decideFailure, giveUp } from '@orders/domain/decide';
import { decideRefunded } from '@orders/domain/decide-payment';
import type { OrderState, Step } from '@orders/domain/decision';
import { describe, expect, test } from 'vitest';
import {
  BACKORDERED,
  CANCELLED,
  CANCELLING,
  COMPLETED,
  FAILED,
  PENDING,
  REJECTED,
  RESERVED,
  stepOf,
  THEN,
} from './given.ts';

describe('a refund that is done', () => {
  const refunded = { ...CANCELLING, payment: 'not_charged' } as const;

  test('ends cancelling, with the stock back', () => {
    expect(stepOf(decideRefunded(refunded, 're', 0))).toMatchObject({
      to: 'cancelled',
      stock: 'release',
      nextCheckMs: null,
    });
  });

  test('leaves an order at rest where it is, and looks at it again only for further refunds', () => {
    expect(stepOf(decideRefunded(REJECTED, 're', 0))).toMatchObject({
      to: 'rejected',
      nextCheckMs: null,
      redispatch: false,
    });
    expect(stepOf(decideRefunded(REJECTED, 're', 1))).toMatchObject({
      to: 'rejected',
      nextCheckMs: 0,
      redispatch: true,
    });
    expect(stepOf(decideRefunded(refunded, 're', 1))).toMatchObject({
      to: 'cancelling',
      nextCheckMs: 0,
    });
  });

  test('of an earlier attempt lets an order in work go on, and does not end cancelling', () => {
    expect(stepOf(decideRefunded(RESERVED, 're', 0))).toMatchObject({
      to: 'reserved',
      nextCheckMs: 0,
      redispatch: true,
    });
    expect(stepOf(decideRefunded(CANCELLING, 're', 0))).toMatchObject({
      to: 'cancelling',
      nextCheckMs: 0,
      stock: 'none',
    });
  });
});

describe('cancelling', () => {
  test('ends an order that was not charged at once, and asks the provider about one that may be', () => {
    expect(stepOf(decideCancel(PENDING, 'why'))).toMatchObject({
      to: 'cancelled',
      reason: 'why',
      nextCheckMs: null,
    });
    expect(stepOf(decideCancel(BACKORDERED, null))).toMatchObject({
      to: 'cancelled',
      reason: null,
    });
    expect(stepOf(decideCancel(RESERVED, 'why'))).toMatchObject({
      to: 'cancelling',
      stock: 'none',
      nextCheckMs: 0,
      redispatch: true,
    });
  });

  test('is nothing new, or too late, for all others', () => {
    for (const order of [CANCELLING, CANCELLED, COMPLETED, REJECTED, FAILED]) {
      expect(decideCancel(order, null)).toEqual({ kind: 'none' });
    }
  });
});

describe('giving up', () => {
  test('comes with the fifth failure of its own', () => {
    expect(decideFailure({ ...PENDING, attempts: 4 }, 'boom', THEN.policy)).toEqual({
      kind: 'none',
    });
    expect(stepOf(decideFailure({ ...PENDING, attempts: 5 }, 'boom', THEN.policy))).toMatchObject({
      to: 'failed',
      reason: 'attempts_exhausted',
      deadLetter: 'attempts_exhausted',
      data: { error: 'boom' },
      nextCheckMs: null,
    });
  });

  test.each<[OrderState['status'], OrderState['payment'], Step['stock']]>([
    ['reserved', 'unknown', 'none'],
    ['reserved', 'captured', 'none'],
    ['reserved', 'not_charged', 'release'],
    ['cancelling', 'unknown', 'none'],
    ['cancelling', 'captured', 'release'],
    ['cancelling', 'refunding', 'release'],
    ['cancelling', 'not_charged', 'release'],
  ])('%s with payment %s: stock effect %s', (status, payment, stock) => {
    expect(stepOf(giveUp({ ...RESERVED, status, payment }, 'worker_killed', {})).stock).toBe(stock);
  });

  test('is impossible once an order is at rest', () => {
    for (const order of [COMPLETED, CANCELLED, REJECTED, FAILED]) {
      expect(giveUp(order, 'worker_killed', {})).toEqual({ kind: 'none' });
      expect(decideFailure({ ...order, attempts: 99 }, 'boom', THEN.policy)).toEqual({
        kind: 'none',
      });
    }
  });
});
