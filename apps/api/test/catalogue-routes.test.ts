import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KEYBOARD, KEYBOARD_PRICE, MOUSE, TYPEWRITER } from './catalogue.ts';
import { nextQuery, type Operating, startOperating } from './operating.ts';

let on: Operating;
beforeAll(async () => {
  on = await startOperating();
  await on.send('PUT', '/categories/desk', { name: 'On the desk' });
  await on.send('PUT', '/categories/old', { name: 'Collectors' });
});
afterAll(() => on?.close());

const body = (rest: object = {}) => ({
  name: 'Lamp',
  price: { amount: 2500, currency: 'USD' },
  active: true,
  categories: ['desk'],
  ...rest,
});
const put = (sku: string, rest: object = {}, headers: Record<string, string> = {}) =>
  on.send('PUT', `/products/${sku}`, body(rest), headers);
const asCustomer = (url: string, headers: Record<string, string> = {}) =>
  on.api.ask({ url, headers });
const skusOf = (data: unknown): unknown[] =>
  Array.isArray(data) ? data.map(({ sku }) => sku) : [];

describe('writing', () => {
  test('a product is created once and replaced after that', async () => {
    const created = await put('LAMP-1');
    expect([created.status, created.headers['etag']]).toEqual([201, '"1"']);
    expect(created.body).toMatchObject({ sku: 'LAMP-1', description: '', categories: ['desk'] });
    const same = await put('LAMP-1');
    expect([same.status, same.headers['etag']]).toEqual([200, '"1"']);
    const replaced = await put('LAMP-1', { name: 'Bright lamp', categories: ['old', 'desk'] });
    expect([replaced.status, replaced.body['version']]).toEqual([200, 2]);
    expect(replaced.body['categories']).toEqual(['desk', 'old']);
    expect(on.api.log).toContainEqual(
      expect.objectContaining({ msg: 'A product was replaced.', actor: 'operator:olga' }),
    );
  });

  test('conditions are kept', async () => {
    const fresh = { 'if-none-match': '*' };
    expect((await put('LAMP-2', {}, fresh)).status).toBe(201);
    const again = await put('LAMP-2', { name: 'Other' }, fresh);
    expect([again.status, again.body['type']]).toEqual([412, '/problems/precondition-failed']);
    expect((await put('LAMP-2', { name: 'Other' }, { 'if-match': '"7"' })).status).toBe(412);
    expect((await put('LAMP-2', { name: 'Other' }, { 'if-match': '"1"' })).status).toBe(200);
    expect((await put('LAMP-2', { name: 'Any' }, { 'if-match': '*' })).status).toBe(200);
    expect((await put('LAMP-3', {}, { 'if-match': '*' })).status).toBe(412);
    expect((await put('LAMP-3', {}, { 'if-none-match': '"1"' })).status).toBe(400);
  });

  test.each([
    { price: { amount: 5, currency: 'EUR' } },
    { price: { amount: -5, currency: 'USD' } },
    { price: { amount: 1e12, currency: 'USD' } },
    { name: '' },
    { name: '\u0000' },
    { active: 'yes' },
    { categories: ['No Slug'] },
    { version: 7 },
    { sku: 'LAMP-9' },
  ])('%j is refused', async (rest) => {
    expect((await put('LAMP-4', rest)).status).toBe(400);
  });

  test('a category that nobody made is understood but impossible, and named', async () => {
    const { status, body: problem } = await put('LAMP-4', { categories: ['desk', 'attic'] });
    expect(status).toBe(422);
    expect(problem).toMatchObject({ type: '/problems/unknown-category', categories: ['attic'] });
    expect((await on.get('/products/LAMP-4')).status).toBe(404);
  });

  test('a category is created, replaced and matched alike', async () => {
    const name = (text: string, headers: Record<string, string> = {}) =>
      on.send('PUT', '/categories/attic', { name: text }, headers);
    expect((await name('Attic')).status).toBe(201);
    const replaced = await name('Loft', { 'if-match': '"1"' });
    expect([replaced.status, replaced.headers['etag']]).toEqual([200, '"2"']);
    expect((await name('Loft 2', { 'if-match': '"1"' })).status).toBe(412);
    expect((await on.send('PUT', '/categories/No_Slug', { name: 'x' })).status).toBe(400);
  });

  test('customers may not', async () => {
    for (const [url, payload] of [
      ['/products/LAMP-1', body()],
      ['/categories/desk', { name: 'x' }],
    ] as const) {
      const headers = { 'content-type': 'application/json' };
      const request = { method: 'PUT', url, headers, payload: JSON.stringify(payload) } as const;
      expect((await on.api.ask(request)).status).toBe(403);
    }
  });
});

describe('reading', () => {
  test('a product is read by anybody with a token, and known by its tag', async () => {
    const { status, headers, body: product } = await asCustomer(`/products/${KEYBOARD}`);
    expect([status, headers['etag'], headers['cache-control']]).toEqual([
      200,
      '"1"',
      'private, no-cache',
    ]);
    expect(product).toMatchObject({ price: { amount: KEYBOARD_PRICE, currency: 'USD' } });
    const known = await asCustomer(`/products/${KEYBOARD}`, { 'if-none-match': '"1"' });
    expect([known.status, known.text]).toEqual([304, '']);
    expect((await asCustomer('/products/NOTHING-1')).status).toBe(404);
    expect((await asCustomer('/products/nothing')).status).toBe(400);
    expect((await asCustomer('/products', { authorization: '' })).status).toBe(401);
  });

  test('customers see what can be ordered, operators everything, page by page', async () => {
    const all = await on.get('/products');
    expect(skusOf(all.body['data'])).toEqual([KEYBOARD, 'LAMP-1', 'LAMP-2', MOUSE, TYPEWRITER]);
    const seen: unknown[] = [];
    let query = '?limit=2';
    while (query !== '') {
      const page = await asCustomer(`/products${query}`);
      seen.push(...skusOf(page.body['data']));
      query = nextQuery(page);
    }
    expect(seen).toEqual([KEYBOARD, 'LAMP-1', 'LAMP-2', MOUSE]);
  });

  test('a category shows its products, and its cursor stays in it', async () => {
    const first = await asCustomer('/products?category=desk&limit=1');
    expect(skusOf(first.body['data'])).toEqual(['LAMP-1']);
    const second = await asCustomer(`/products${nextQuery(first)}`);
    expect([skusOf(second.body['data']), second.body['nextCursor']]).toEqual([['LAMP-2'], null]);
    const cursor = String(first.body['nextCursor']);
    expect((await asCustomer(`/products?cursor=${cursor}&category=old`)).status).toBe(400);
    expect((await on.get(`/products?cursor=${cursor}`)).status).toBe(400);
    expect((await asCustomer('/products?category=nowhere')).body).toEqual({
      data: [],
      nextCursor: null,
    });
  });

  test('a list that did not change is not sent again, one that did is', async () => {
    for (const url of ['/products', '/categories']) {
      const { headers } = await asCustomer(url);
      const tag = { 'if-none-match': String(headers['etag']) };
      const again = await asCustomer(url, tag);
      expect([again.status, again.text]).toEqual([304, '']);
      await put('LAMP-5', { name: url });
      await on.send('PUT', '/categories/desk', { name: url });
      expect((await asCustomer(url, tag)).status).toBe(200);
    }
  });

  test('categories are listed by slug', async () => {
    const { body: list } = await asCustomer('/categories');
    expect(list['data']).toMatchObject([{ slug: 'attic' }, { slug: 'desk' }, { slug: 'old' }]);
    expect(list['nextCursor']).toBeNull();
  });

  test('categories come in pages, too', async () => {
    const first = await asCustomer('/categories?limit=2');
    expect(first.body['data']).toMatchObject([{ slug: 'attic' }, { slug: 'desk' }]);
    const cursor = encodeURIComponent(String(first.body['nextCursor']));
    const second = await asCustomer(`/categories?limit=2&cursor=${cursor}`);
    expect(second.body).toMatchObject({ data: [{ slug: 'old' }], nextCursor: null });
    expect((await asCustomer(`/products?cursor=${cursor}`)).status).toBe(400);
  });
});

describe('selling', () => {
  const place = (sku: string, expected?: number) =>
    on.api.place({
      items: [{ sku, quantity: 2 }],
      allowDuplicate: true,
      ...(expected === undefined ? {} : { expectedTotal: { amount: expected, currency: 'USD' } }),
    });

  test('an order is at the price of its moment, and keeps it', async () => {
    await put('VASE-1', { price: { amount: 1000, currency: 'USD' } });
    const before = await place('VASE-1');
    await put('VASE-1', { price: { amount: 3000, currency: 'USD' } });
    expect((await place('VASE-1', 2000)).status).toBe(422);
    expect((await place('VASE-1', 6000)).status).toBe(201);
    const { body: order } = await asCustomer(`/orders/${String(before.body['id'])}`);
    expect(order['total']).toEqual({ amount: 2000, currency: 'USD' });
  });

  test('what is taken off the list cannot be ordered any more', async () => {
    await put('VASE-2');
    expect((await place('VASE-2')).status).toBe(201);
    await put('VASE-2', { active: false });
    expect((await place('VASE-2')).body['type']).toBe('/problems/inactive-product');
  });
});
