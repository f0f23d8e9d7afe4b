import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build, type TestApi } from './build.ts';
import { type CatalogueDatabase, KEYBOARD, startCatalogueDatabase } from './catalogue.ts';
import { bearer, mintToken, operatorBearer } from './tokens.ts';

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

describe('whose order it is', () => {
  test('comes from the token and not from the body', async () => {
    const refused = await api.place({ ...basket(1), customerId: 'customer-2' });
    expect(refused.status).toBe(400);
    const placed = await api.place(basket(1), { authorization: await bearer('customer-3') });
    expect(placed.body['customerId']).toBe('customer-3');
  });

  test("another customer's order looks as if it did not exist, in every view", async () => {
    const { body } = await api.place(basket(2));
    const id = String(body['id']);
    const authorization = await bearer('customer-2');
    for (const view of ['', '/status', '/events']) {
      const theirs = await api.ask({ url: `/orders/${id}${view}`, headers: { authorization } });
      const missing = await api.ask({ url: `/orders/01939f2c-6b1e-7c3a-9d7e-5a1f0c2b3d4e${view}` });
      expect(theirs.status).toBe(404);
      expect({ ...theirs.body, requestId: '' }).toEqual({ ...missing.body, requestId: '' });
      const mine = await api.ask({ url: `/orders/${id}${view}` });
      expect(mine.status).toBe(200);
      const operators = await operatorBearer();
      const theirsForOperators = await api.ask({
        url: `/orders/${id}${view}`,
        headers: { authorization: operators },
      });
      expect(theirsForOperators.status).toBe(200);
    }
  });

  test('an ETag that the client has tells him nothing of an order that is not his', async () => {
    const { body } = await api.place(basket(3));
    const authorization = await bearer('customer-2');
    const headers = { authorization, 'if-none-match': '*' };
    const answer = await api.ask({ url: `/orders/${String(body['id'])}`, headers });
    expect(answer.status).toBe(404);
  });

  test("another customer's basket or key is no duplicate and no replay", async () => {
    const mine = await api.place(basket(4), { 'idempotency-key': 'k' });
    const authorization = await bearer('customer-2');
    const theirs = await api.place(basket(4), { 'idempotency-key': 'k', authorization });
    expect(theirs.status).toBe(201);
    expect(theirs.body['id']).not.toBe(mine.body['id']);
  });
});

describe('a remembered token', () => {
  test('is believed no longer than it is valid', async () => {
    const authorization = `Bearer ${await mintToken({ exp: Math.floor(Date.now() / 1_000) + 2 })}`;
    expect((await api.place(basket(5), { authorization })).status).toBe(201);
    await expect
      .poll(() => api.ask({ url: '/orders/x', headers: { authorization } }), { timeout: 4_000 })
      .toMatchObject({ status: 401 });
  });
});

describe('secrets', () => {
  test('are in no line of the log and in no answer', async () => {
    const token = await mintToken({ sub: 'customer-5' });
    const answer = await api.place('{', { authorization: `Bearer ${token}` });
    const rendered = await api.metrics.render();
    for (const text of [
      JSON.stringify(api.log),
      answer.text,
      JSON.stringify(answer.headers),
      rendered,
    ]) {
      expect(text).not.toContain(token.split('.')[2]);
      expect(text).not.toContain(new URL(catalogue.url).password);
    }
  });
});

describe('every answer', () => {
  test.each(['/orders/x', '/openapi.json', '/nowhere'])(
    'of %s says that it is no page',
    async (url) => {
      const { headers } = await api.ask({ url });
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['x-powered-by']).toBeUndefined();
    },
  );

  test('that is a page allows only itself', async () => {
    const { status, headers } = await api.ask({ url: '/docs' });
    expect(status).toBe(200);
    expect(headers['content-security-policy']).toContain("script-src 'self'");
  });
});
