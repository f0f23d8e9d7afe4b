import type { Order } from '@orders/domain/contracts/order';

/** An order as it is right after it was placed, for the documentation. */
export const ORDER_EXAMPLE: Order = {
  id: '01939f2c-6b1e-7c3a-9d7e-5a1f0c2b3d4e',
  customerId: 'customer-1',
  status: 'pending',
  reason: null,
  items: [{ sku: 'KEYBOARD-0001', quantity: 3, unitPrice: { amount: 1999, currency: 'USD' } }],
  total: { amount: 5997, currency: 'USD' },
  metadata: { cart: 'c-17' },
  version: 1,
  createdAt: '2026-11-20T09:30:00.000Z',
  updatedAt: '2026-11-20T09:30:00.000Z',
  processingStartedAt: null,
  processingFinishedAt: null,
  completedAt: null,
};
