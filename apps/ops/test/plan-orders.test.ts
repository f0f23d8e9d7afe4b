import { placeOrderBodySchema } from '@orders/domain/contracts/order';
import { expect, test } from 'vitest';
import { planOrders, type RunPlan, sumDemand, toRequestBody } from '../src/load/plan-orders.ts';

const PLAN: RunPlan = {
  runId: 'a1b2c3d4',
  orders: 500,
  customers: 50,
  skus: Array.from({ length: 40 }, (_, index) => `SKU-${index}`),
  single: false,
  seed: 7,
};

test('every order has a key of its own and a basket that the api accepts', () => {
  const orders = planOrders(PLAN);
  expect(new Set(orders.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(500);
  for (const order of orders) {
    const body = placeOrderBodySchema.parse(JSON.parse(toRequestBody(order, false)));
    expect(new Set(body.items.map(({ sku }) => sku)).size).toBe(body.items.length);
    expect(body.metadata).toEqual({ load: String(order.index) });
    expect(body).not.toHaveProperty('allowDuplicate');
  }
});

test('baskets vary, and customers share the orders evenly', () => {
  const orders = planOrders(PLAN);
  expect(new Set(orders.map(({ items }) => JSON.stringify(items))).size).toBeGreaterThan(300);
  expect(new Set(orders.map(({ customerId }) => customerId)).size).toBe(50);
});

test('the same seed gives the same orders, another run other customers and keys', () => {
  expect(planOrders(PLAN)).toEqual(planOrders(PLAN));
  const [mine] = planOrders(PLAN);
  const [other] = planOrders({ ...PLAN, runId: 'e5f6a7b8' });
  expect(other?.items).toEqual(mine?.items);
  expect(other?.customerId).not.toBe(mine?.customerId);
  expect(other?.idempotencyKey).not.toBe(mine?.idempotencyKey);
});

test('against a known stock every order is one unit of the same product', () => {
  const orders = planOrders({ ...PLAN, single: true, skus: ['LAMP-1', 'LAMP-2'] });
  expect(sumDemand(orders)).toEqual(new Map([['LAMP-1', 500]]));
});

test('the demand of a run is the sum of its baskets', () => {
  const orders = planOrders(PLAN);
  const units = orders
    .flatMap(({ items }) => items)
    .reduce((sum, { quantity }) => sum + quantity, 0);
  expect(Array.from(sumDemand(orders).values()).reduce((a, b) => a + b, 0)).toBe(units);
});
