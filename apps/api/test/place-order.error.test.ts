import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build, type TestApi } from './build.ts';
import { type CatalogueDatabase, KEYBOARD, startCatalogueDatabase } from './catalogue.ts';
import { operatorBearer } from './tokens.ts';

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

describe('POST /orders refuses', () => {
  test('the same basket within the window, naming the order that exists', async () => {
    const first = await api.place(basket(1));
    const second = await api.place(basket(1));
    expect(second.status).toBe(409);
    expect(second.body).toMatchObject({
      type: '/problems/duplicate-order',
      existingOrderId: first.body['id'],
    });
  });

  test('a key that belongs to another body', async () => {
    await api.place(basket(2), { 'idempotency-key': 'k' });
    const { status, body } = await api.place(basket(3), { 'idempotency-key': 'k' });
    expect(status).toBe(422);
    expect(body['type']).toBe('/problems/idempotency-key-reused');
  });

  test('unknown SKUs, all of them named', async () => {
    const items = ['NO-1', KEYBOARD, 'NO-2'].map((sku) => ({ sku, quantity: 4 }));
    const { status, body } = await api.place({ items });
    expect(status).toBe(422);
    expect(body).toMatchObject({ type: '/problems/unknown-sku', skus: ['NO-1', 'NO-2'] });
  });

  test('an operator who names no customer, with a pointer to where he belongs', async () => {
    const { status, body } = await api.place(basket(5), { authorization: await operatorBearer() });
    expect(status).toBe(400);
    expect(body['errors']).toMatchObject([{ pointer: '/customerId', code: 'invalid_type' }]);
  });

  test('one bad order of a batch alone: the others are placed', async () => {
    const bodies = Array.from({ length: 20 }, (_, at) =>
      at === 7 ? { items: [{ sku: 'UNKNOWN', quantity: 1 }] } : basket(100 + at),
    );
    const answers = await Promise.all(bodies.map((body) => api.place(body)));
    expect(answers.map(({ status }) => status)).toEqual(
      bodies.map((_, at) => (at === 7 ? 422 : 201)),
    );
  });
});

test('every refusal has a type that resolves to a page', async () => {
  const { body } = await api.place('{');
  const page = await api.ask({ url: String(body['type']) });
  expect(page.status).toBe(200);
  expect(page.headers['content-type']).toMatch(/^text\/html/);
  expect(page.text).toContain('Malformed JSON');
  expect((await api.ask({ url: '/problems/nonsense' })).status).toBe(404);
});

describe('when too much is waiting', () => {
  test('orders are refused with 503 and Retry-After beyond the backlog, and taken again below it', async () => {
    const small = await build({ env: { DATABASE_URL: catalogue.url, MAX_OPEN_ORDERS: '1' } });
    try {
      await expect
        .poll(() => small.place({ ...basket(6), allowDuplicate: true }))
        .toMatchObject({
          status: 503,
          body: { type: '/problems/overloaded' },
          headers: { 'retry-after': expect.stringMatching(/^\d+$/) },
        });
      await catalogue.database.prisma.$executeRaw`UPDATE order_counters SET pending = 0`;
      await expect
        .poll(() => small.place(basket(7)), { timeout: 5_000 })
        .toMatchObject({ status: 201 });
    } finally {
      await small.close();
    }
  });

  test('the backlog holds as well when all come at once', async () => {
    await catalogue.database.prisma.$executeRaw`UPDATE order_counters SET pending = 0`;
    const small = await build({ env: { DATABASE_URL: catalogue.url, MAX_OPEN_ORDERS: '20' } });
    try {
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, at) => small.place(basket(500 + at))),
      );
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
      expect(answers.filter(({ status }) => status === 503)).toHaveLength(80);
    } finally {
      await small.close();
    }
  });

  test('requests beyond the queue are refused at once, the others are placed', async () => {
    const env = { DATABASE_URL: catalogue.url, INTAKE_QUEUE: '5', INTAKE_BATCH_SIZE: '1' };
    const narrow = await build({ env });
    try {
      const answers = await Promise.all(
        Array.from({ length: 60 }, (_, at) => narrow.place(basket(200 + at))),
      );
      const refused = answers.filter(({ status }) => status === 503);
      const placed = answers.filter(({ status }) => status === 201);
      expect(refused.length + placed.length).toBe(60);
      expect(refused.length).toBeGreaterThan(0);
      expect(placed.length).toBeGreaterThan(0);
      expect(refused[0]?.body['type']).toBe('/problems/overloaded');
      expect(refused[0]?.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    } finally {
      await narrow.close();
    }
  });
});
