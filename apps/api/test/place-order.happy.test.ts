import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build, type TestApi } from './build.ts';
import {
  type CatalogueDatabase,
  KEYBOARD,
  KEYBOARD_PRICE,
  MOUSE,
  MOUSE_PRICE,
  startCatalogueDatabase,
} from './catalogue.ts';
import { bearer, operatorBearer } from './tokens.ts';

let catalogue: CatalogueDatabase;
let api: TestApi;

beforeAll(async () => {
  catalogue = await startCatalogueDatabase();
  api = await build({ env: { DATABASE_URL: catalogue.url } });
});

afterAll(async () => {
  await api?.close();
  await catalogue?.close();
});

const basket = (quantity: number) => ({ items: [{ sku: KEYBOARD, quantity }] });

describe('POST /orders', () => {
  test('stores the order before it answers 201 with Location and ETag', async () => {
    const { status, headers, body } = await api.place({
      items: [
        { sku: KEYBOARD, quantity: 2 },
        { sku: MOUSE, quantity: 1 },
      ],
      metadata: { cart: 'c-17' },
    });
    expect(status).toBe(201);
    expect(headers['location']).toBe(`/orders/${String(body['id'])}`);
    expect(headers['etag']).toBe('"1"');
    expect(headers['idempotency-replayed']).toBeUndefined();
    expect(body).toMatchObject({
      customerId: 'customer-1',
      status: 'pending',
      total: { amount: 2 * KEYBOARD_PRICE + MOUSE_PRICE, currency: 'USD' },
      metadata: { cart: 'c-17' },
      version: 1,
    });
    const row = await catalogue.database.prisma.order.findUnique({
      where: { id: String(body['id']) },
    });
    expect(row?.status).toBe('pending');
  });

  test('merges items of the same SKU', async () => {
    const { status, body } = await api.place({
      items: [
        { sku: KEYBOARD, quantity: 1 },
        { sku: KEYBOARD, quantity: 6 },
      ],
    });
    expect(status).toBe(201);
    expect(body['items']).toEqual([
      { sku: KEYBOARD, quantity: 7, unitPrice: { amount: KEYBOARD_PRICE, currency: 'USD' } },
    ]);
  });

  test('takes a quantity written as 1.0', async () => {
    const { status } = await api.place(`{"items":[{"sku":"${MOUSE}","quantity":8.0}]}`);
    expect(status).toBe(201);
  });

  test('gives the same order to the same Idempotency-Key, bare or quoted, in any spelling', async () => {
    const first = await api.place(
      { items: basket(11).items, metadata: { a: '1', b: '2' } },
      { 'idempotency-key': 'once' },
    );
    const second = await api.place(
      { metadata: { b: '2', a: '1' }, items: basket(11).items },
      { 'idempotency-key': '"once"' },
    );
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(second.body).toEqual(first.body);
  });

  test('50 equal requests at once with one key make one order', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => api.place(basket(12), { 'idempotency-key': 'fifty' })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(1);
    const fresh = answers.filter(({ headers }) => headers['idempotency-replayed'] === undefined);
    expect(fresh).toHaveLength(1);
  });

  test('50 equal baskets at once with different keys make one order and 49 duplicates', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) => api.place(basket(13), { 'idempotency-key': `k${at}` })),
    );
    const statuses = answers.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).toEqual([201, ...Array.from({ length: 49 }, () => 409)]);
  });

  test('allowDuplicate orders the same basket again', async () => {
    const body = { ...basket(14), allowDuplicate: true };
    const [first, second] = [await api.place(body), await api.place(body)];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(first.body['id']).not.toBe(second.body['id']);
  });

  test('an expected total that agrees is accepted', async () => {
    const expectedTotal = { amount: 15 * KEYBOARD_PRICE, currency: 'USD' };
    expect((await api.place({ ...basket(15), expectedTotal })).status).toBe(201);
  });

  test('an operator places an order for the customer he names, and the log says so', async () => {
    const authorization = await operatorBearer('olga');
    const { status, body } = await api.place(
      { ...basket(16), customerId: 'customer-9' },
      { authorization },
    );
    expect(status).toBe(201);
    expect(body['customerId']).toBe('customer-9');
    const events = await api.ask({
      url: `/orders/${String(body['id'])}/events`,
      headers: { authorization },
    });
    expect(events.body['data']).toMatchObject([{ type: 'placed', actor: 'operator:olga' }]);
  });

  test('the same key of another customer is independent', async () => {
    const mine = await api.place(basket(17), { 'idempotency-key': 'shared' });
    const authorization = await bearer('customer-2');
    const other = await api.place(basket(18), { 'idempotency-key': 'shared', authorization });
    expect([mine.status, other.status]).toEqual([201, 201]);
    expect(other.body['id']).not.toBe(mine.body['id']);
  });

  test('orders that arrive together are placed in few transactions', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, at) => api.place(basket(100 + at))),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    const rendered = await api.metrics.render();
    const batches = Number(/^orders_intake_batch_size_count (\d+)/m.exec(rendered)?.[1]);
    const orders = Number(/^orders_intake_batch_size_sum (\d+)/m.exec(rendered)?.[1]);
    expect(orders).toBeGreaterThan(200);
    expect(batches).toBeLessThan(orders / 4);
  });
});
