import type { Stock, StockDetails } from '@orders/domain/contracts/inventory';
import { ORDER_EXAMPLE } from '../../orders/examples.ts';

export const STOCK_EXAMPLE: Stock = {
  sku: 'KEYBOARD-0001',
  onHand: 40,
  reserved: 3,
  available: 37,
  sold: 160,
  shortfall: null,
};

export const STOCK_DETAILS_EXAMPLE: StockDetails = {
  ...STOCK_EXAMPLE,
  onHand: 0,
  reserved: 2,
  available: -2,
  shortfall: { missing: 2, openedAt: '2026-11-20T09:00:00.000Z' },
  waiting: {
    orders: 1,
    units: 3,
    first: [{ orderId: ORDER_EXAMPLE.id, quantity: 3, since: ORDER_EXAMPLE.createdAt }],
  },
  movements: [
    {
      kind: 'adjustment',
      delta: -5,
      balance: 0,
      reason: 'Broken in the warehouse',
      actor: 'operator:olga',
      recordedAt: '2026-11-20T09:00:00.000Z',
    },
  ],
};
