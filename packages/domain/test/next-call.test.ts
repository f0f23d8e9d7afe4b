import type { PaymentOutcome } from '@orders/domain/decision';
import {
  type AttemptState,
  chargeKey,
  nextCall,
  type RefundState,
  refundKey,
} from '@orders/domain/next-call';
import { ORDER_STATUSES } from '@orders/domain/order-status';
import { PRODUCTION_RETRY_POLICY } from '@orders/domain/retry-policy';
import { expect, test } from 'vitest';

const NOW = new Date('2026-11-20T12:00:00Z');
const POLICY = { ...PRODUCTION_RETRY_POLICY, providerKeyRetentionMs: 60_000 };
const CAPTURED: PaymentOutcome = { kind: 'captured', chargeId: 'ch' };
const attempt = (outcome: PaymentOutcome | null, ageMs = 0): AttemptState => ({
  attempt: 2,
  key: 'charge-x-2',
  amountMinor: 100,
  currency: 'USD',
  outcome,
  createdAt: new Date(NOW.getTime() - ageMs),
});
const refund: RefundState = {
  n: 1,
  key: 'refund-x-1',
  chargeId: 'ch',
  amountMinor: 100,
  createdAt: NOW,
};

test('a reserved order is charged; what this run has committed itself need not be looked up', () => {
  expect(nextCall('reserved', attempt(null), [], 2, NOW, POLICY)).toMatchObject({
    kind: 'charge',
    lookUpFirst: false,
    mayRepeat: true,
  });
  expect(nextCall('reserved', attempt(null), [], null, NOW, POLICY)).toMatchObject({
    lookUpFirst: true,
  });
  expect(nextCall('reserved', attempt(null), [], 1, NOW, POLICY)).toMatchObject({
    lookUpFirst: true,
  });
});

test('a charge is repeated only while the provider remembers its key', () => {
  expect(nextCall('reserved', attempt(null, 59_999), [], null, NOW, POLICY)).toMatchObject({
    mayRepeat: true,
  });
  expect(nextCall('reserved', attempt(null, 60_000), [], null, NOW, POLICY)).toMatchObject({
    mayRepeat: false,
  });
});

test('a cancelling order has its open attempt voided', () => {
  expect(nextCall('cancelling', attempt(null), [], null, NOW, POLICY)).toMatchObject({
    kind: 'void',
    mayRepeat: true,
  });
});

test('what the provider may have forgotten is not voided: it would void it without a look', () => {
  expect(nextCall('cancelling', attempt(null, 60_000), [], null, NOW, POLICY)).toMatchObject({
    kind: 'void',
    mayRepeat: false,
  });
});

test('an outcome that is stored is settled, not asked for again', () => {
  for (const status of ['reserved', 'cancelling'] as const) {
    expect(nextCall(status, attempt(CAPTURED), [], null, NOW, POLICY)).toEqual({
      kind: 'settle',
      attempt: attempt(CAPTURED),
      outcome: CAPTURED,
    });
  }
});

test('an open refund comes first, whatever the status', () => {
  for (const status of ORDER_STATUSES) {
    expect(nextCall(status, attempt(null), [refund], 2, NOW, POLICY)).toEqual({
      kind: 'refund',
      refund,
    });
  }
});

test('nothing is called for an order that waits, is at rest, or has no attempt', () => {
  for (const status of ORDER_STATUSES) {
    const hasCall = status === 'reserved' || status === 'cancelling';
    if (!hasCall) {
      expect(nextCall(status, attempt(null), [], null, NOW, POLICY)).toEqual({ kind: 'nothing' });
    }
    expect(nextCall(status, null, [], null, NOW, POLICY)).toEqual({ kind: 'nothing' });
  }
});

test('keys name the order and the number', () => {
  expect([chargeKey('x', 2), refundKey('x', 1)]).toEqual(['charge-x-2', 'refund-x-1']);
});
