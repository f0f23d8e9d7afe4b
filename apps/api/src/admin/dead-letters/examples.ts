import type { DeadLetterDetails, DeadLetterView } from '@orders/domain/contracts/dead-letter';
import { ORDER_EXAMPLE } from '../../orders/examples.ts';

export const DEAD_LETTER_EXAMPLE: DeadLetterView = {
  id: '01939f2c-9c4e-7d10-8f7a-3b2c1d0e9f8a',
  orderId: ORDER_EXAMPLE.id,
  reason: 'payment_unavailable',
  fromStatus: 'reserved',
  detail: { attempt: 1 },
  attempts: 0,
  state: 'open',
  holdsStock: true,
  openedAt: '2026-11-20T10:30:00.000Z',
  closedAt: null,
  closedBy: null,
  note: null,
};

export const DEAD_LETTER_DETAILS_EXAMPLE: DeadLetterDetails = {
  ...DEAD_LETTER_EXAMPLE,
  order: { ...ORDER_EXAMPLE, status: 'failed', reason: 'payment_unavailable', version: 3 },
  payments: [
    {
      attempt: 1,
      key: `charge-${ORDER_EXAMPLE.id}-1`,
      amount: ORDER_EXAMPLE.total,
      outcome: null,
      chargeId: null,
      code: null,
      createdAt: '2026-11-20T09:30:00.100Z',
      settledAt: null,
    },
  ],
  failures: [
    {
      step: 'charge',
      kind: 'outage',
      message: 'the provider did not answer within 5000 ms',
      attempt: 1,
      dispatch: 14,
      at: '2026-11-20T10:29:30.000Z',
    },
  ],
  events: [
    {
      seq: 1,
      type: 'placed',
      from: null,
      to: 'pending',
      reason: null,
      actor: 'customer:customer-1',
      at: '2026-11-20T09:30:00.000Z',
      data: {},
    },
  ],
};
