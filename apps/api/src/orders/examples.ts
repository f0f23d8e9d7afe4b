import type { Order, OrderEvent, OrderStatusView } from '@orders/domain/contracts/order';

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

export const COMPLETED_EXAMPLE: Order = {
  ...ORDER_EXAMPLE,
  status: 'completed',
  version: 3,
  updatedAt: '2026-11-20T09:30:00.180Z',
  processingStartedAt: '2026-11-20T09:30:00.020Z',
  processingFinishedAt: '2026-11-20T09:30:00.180Z',
  completedAt: '2026-11-20T09:30:00.180Z',
};

export const UPDATED_EXAMPLE: Order = {
  ...ORDER_EXAMPLE,
  items: [{ sku: 'KEYBOARD-0001', quantity: 1, unitPrice: { amount: 1999, currency: 'USD' } }],
  total: { amount: 1999, currency: 'USD' },
  version: 2,
  updatedAt: '2026-11-20T09:31:00.000Z',
};

export const CANCELLED_EXAMPLE: Order = {
  ...ORDER_EXAMPLE,
  status: 'cancelled',
  reason: 'Ordered by mistake',
  version: 2,
  updatedAt: '2026-11-20T09:31:00.000Z',
  processingFinishedAt: '2026-11-20T09:31:00.000Z',
};

export const CANCELLING_EXAMPLE: Order = {
  ...ORDER_EXAMPLE,
  status: 'cancelling',
  reason: 'Ordered by mistake',
  version: 3,
  updatedAt: '2026-11-20T09:31:00.000Z',
  processingStartedAt: '2026-11-20T09:30:00.020Z',
};

export const STATUS_EXAMPLE: OrderStatusView = {
  id: ORDER_EXAMPLE.id,
  status: ORDER_EXAMPLE.status,
  reason: ORDER_EXAMPLE.reason,
  version: ORDER_EXAMPLE.version,
  updatedAt: ORDER_EXAMPLE.updatedAt,
};

const PLACED_EVENT: OrderEvent = {
  seq: 1,
  type: 'placed',
  from: null,
  to: 'pending',
  reason: null,
  actor: 'customer:customer-1',
  at: '2026-11-20T09:30:00.000Z',
  data: {},
};

const RESERVED_EVENT: OrderEvent = {
  seq: 2,
  type: 'reserved',
  from: 'pending',
  to: 'reserved',
  reason: null,
  actor: 'system',
  at: '2026-11-20T09:30:00.020Z',
  data: {},
};

export const EVENTS_EXAMPLE = { data: [PLACED_EVENT, RESERVED_EVENT], nextCursor: null };

export const EVENT_STREAM_EXAMPLE = [
  'retry: 2000\n\n',
  ...EVENTS_EXAMPLE.data.map((event) => `id: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`),
  ': \n\n',
].join('');

export const ORDER_LIST_EXAMPLE = {
  data: [ORDER_EXAMPLE],
  nextCursor: 'q1JmX3RoaXMgaXMgb3BhcXVlX1siMjAyNiJd',
};
