import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, build, type TestApi } from './build.ts';
import {
  type CatalogueDatabase,
  KEYBOARD,
  KEYBOARD_PRICE,
  MOUSE,
  MOUSE_PRICE,
  startCatalogueDatabase,
  TYPEWRITER,
} from './catalogue.ts';
import { addStock, begin, complete } from './drive-order.ts';
import { bearer, operatorBearer } from './tokens.ts';

let catalogue: CatalogueDatabase;
let api: TestApi;

beforeAll(async () => {
  catalogue = await startCatalogueDatabase();
  api = await build({ env: { DATABASE_URL: catalogue.url } });
  await addStock(catalogue.database, KEYBOARD, 1_000);
});

afterAll(async () => {
  await api?.close();
  await catalogue?.close();
});

let quantity = 0;
const next = () => (quantity += 1);

async function placeOne(sku = KEYBOARD): Promise<string> {
  const { body } = await api.place({ items: [{ sku, quantity: next() }] });
  return String(body['id']);
}

function patch(id: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return api.ask({
    method: 'PATCH',
    url: `/orders/${id}`,
    headers: { 'content-type': 'application/json', ...headers },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

const items = (sku = KEYBOARD) => ({ items: [{ sku, quantity: next() }] });
const read = (id: string) => api.ask({ url: `/orders/${id}` });

function expectProblem({ status, body }: Answer, expected: number, slug: string): void {
  expect([status, body['type']]).toEqual([expected, `/problems/${slug}`]);
}

describe('PATCH /orders/:id', () => {
  test('replaces the items at the prices of now, and answers the order with its new ETag', async () => {
    const id = await placeOne();
    const answer = await patch(
      id,
      {
        items: [
          { sku: MOUSE, quantity: 1 },
          { sku: KEYBOARD, quantity: 200 },
          { sku: MOUSE, quantity: 2 },
        ],
      },
      { 'if-match': '"1"' },
    );
    expect(answer.status).toBe(200);
    expect(answer.headers['etag']).toBe('"2"');
    expect(answer.body).toMatchObject({
      id,
      status: 'pending',
      version: 2,
      items: [
        { sku: MOUSE, quantity: 3 },
        { sku: KEYBOARD, quantity: 200 },
      ],
      total: { amount: 3 * MOUSE_PRICE + 200 * KEYBOARD_PRICE },
    });
    expect((await read(id)).body).toEqual(answer.body);
    const log = await api.ask({ url: `/orders/${id}/events` });
    expect(log.body['data']).toMatchObject([
      { type: 'placed' },
      { type: 'updated', actor: 'customer:customer-1', from: 'pending', to: 'pending' },
    ]);
  });

  test('changes a backordered order, which stays in line', async () => {
    const id = await placeOne(MOUSE);
    await begin(catalogue.database, id);
    const answer = await patch(id, items(MOUSE), { 'if-match': '"2"' });
    expect([answer.status, answer.body['status'], answer.body['version']]).toEqual([
      200,
      'backordered',
      3,
    ]);
  });

  test('an operator changes any order, and the log says so', async () => {
    const id = await placeOne();
    const authorization = await operatorBearer('olga');
    expect((await patch(id, items(), { 'if-match': '"1"', authorization })).status).toBe(200);
    const log = await api.ask({ url: `/orders/${id}/events` });
    expect(log.body['data']).toMatchObject([{}, { actor: 'operator:olga' }]);
  });

  test.each(['"1"', '"7", "1"', '*', ' "1" ', 'W/"3", "1"'])(
    'If-Match: %s is of the version that is there',
    async (tag) => {
      expect((await patch(await placeOne(), items(), { 'if-match': tag })).status).toBe(200);
    },
  );

  test('of many changes at once of one version one is made', async () => {
    const id = await placeOne();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => patch(id, items(), { 'if-match': '"1"' })),
    );
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([200, ...Array.from({ length: 9 }, () => 412)]);
  });

  test('the answer does not wait for Redis', async () => {
    const id = await placeOne();
    const startedAt = performance.now();
    await patch(id, items(), { 'if-match': '"1"' });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    const row = await catalogue.database.prisma.order.findUniqueOrThrow({ where: { id } });
    expect(row.dispatch).toBe(2);
    expect(row.nextCheckAt?.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
  });
});

describe('a change is refused', () => {
  test('without If-Match', async () => {
    expectProblem(await patch(await placeOne(), items()), 428, 'precondition-required');
  });

  test.each(['"2"', 'W/"1"', '1', '""', '', 'abc', '"1', "'1'", '"01x"', '"-1"'])(
    'with If-Match: %s',
    async (tag) => {
      const id = await placeOne();
      const answer = await patch(id, items(), { 'if-match': tag });
      expectProblem(answer, 412, 'precondition-failed');
      expect(answer.headers['etag']).toBe('"1"');
      expect((await read(id)).body['version']).toBe(1);
    },
  );

  test('once the order is reserved or completed', async () => {
    const [reserved, completed] = [await placeOne(), await placeOne()];
    await begin(catalogue.database, reserved);
    await complete(catalogue.database, completed);
    const one = await patch(reserved, items(), { 'if-match': '"2"' });
    expectProblem(one, 409, 'illegal-state');
    expect(one.body['orderStatus']).toBe('reserved');
    expectProblem(await patch(completed, items(), { 'if-match': '*' }), 409, 'illegal-state');
  });

  test('when the version is old, whatever the status', async () => {
    const id = await placeOne();
    await complete(catalogue.database, id);
    expectProblem(await patch(id, items(), { 'if-match': '"1"' }), 412, 'precondition-failed');
  });

  test('when it makes a duplicate', async () => {
    const [first, second] = [await placeOne(), await placeOne()];
    const { body } = await read(first);
    const same = {
      items: [{ sku: KEYBOARD, quantity: Reflect.get(Object(body['items']), 0).quantity }],
    };
    const answer = await patch(second, same, { 'if-match': '"1"' });
    expectProblem(answer, 409, 'duplicate-order');
    expect(answer.body['existingOrderId']).toBe(first);
  });

  test('when an item is unknown or not for sale', async () => {
    const id = await placeOne();
    expectProblem(await patch(id, items('NOTHING-1'), { 'if-match': '"1"' }), 422, 'unknown-sku');
    expectProblem(
      await patch(id, items(TYPEWRITER), { 'if-match': '"1"' }),
      422,
      'inactive-product',
    );
  });

  test.each([
    '{}',
    '[]',
    'null',
    '{"items":[]}',
    '{"items":[{"sku":"KEYBOARD-0001","quantity":0}]}',
    '{"items":[{"sku":"KEYBOARD-0001","quantity":"1"}]}',
    '{"items":[{"sku":"KEYBOARD-0001","quantity":600},{"sku":"KEYBOARD-0001","quantity":600}]}',
    '{"items":[{"sku":"KEYBOARD-0001","quantity":1}],"status":"completed"}',
    '{"items":[{"sku":"KEYBOARD-0001","quantity":1,"unitPrice":1}]}',
    '{"items":[{"sku":"KEYBOARD-0001","quantity":1}],"customerId":"customer-2"}',
  ])('when its body is %s, before If-Match is looked at', async (body) => {
    const answer = await patch('01939f2c-6b1e-7c3a-9d7e-5a1f0c2b3d4e', body);
    expectProblem(answer, 400, 'validation-error');
  });

  test('when its body is no JSON, or of another type', async () => {
    const id = await placeOne();
    expectProblem(await patch(id, '{', { 'if-match': '"1"' }), 400, 'malformed-json');
    const type = { 'if-match': '"1"', 'content-type': 'application/merge-patch+json' };
    expectProblem(await patch(id, items(), type), 415, 'unsupported-media-type');
  });

  test("when the order is another's, or is not there, equally", async () => {
    const id = await placeOne();
    const authorization = await bearer('customer-2');
    const headers = { 'if-match': '*', authorization };
    const others = await patch(id, items(), headers);
    const missing = await patch('01939f2c-6b1e-7c3a-9d7e-5a1f0c2b3d4e', items(), headers);
    expectProblem(others, 404, 'not-found');
    expect({ ...missing.body, requestId: '' }).toEqual({ ...others.body, requestId: '' });
    // Nor does a stale version tell that it exists.
    expectProblem(await patch(id, items(), { ...headers, 'if-match': '"9"' }), 404, 'not-found');
    expect((await read(id)).body['version']).toBe(1);
  });

  test('without a token', async () => {
    const answer = await patch(await placeOne(), '{', { authorization: '' });
    expectProblem(answer, 401, 'unauthorized');
  });
});
