import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cursors } from '../src/http/cursors.ts';
import { KEYBOARD } from './catalogue.ts';
import { failByItself, failByPayment, placeOne } from './fail-order.ts';
import { idsOf, nextQuery, type Operating, startOperating } from './operating.ts';

let on: Operating;
beforeAll(async () => {
  on = await startOperating();
});
afterAll(() => on?.close());

const get = (url: string) => on.get(`/admin/dead-letters${url}`);

test('the list shows the newest first, page by page, each once', async () => {
  const ids: string[] = [];
  for (let n = 0; n < 5; n += 1) {
    ids.unshift((await failByItself(on.catalogue, await placeOne(on.api))).letterId);
  }
  const seen: unknown[] = [];
  let url = '?limit=2&state=open';
  while (url !== '') {
    const page = await get(url);
    expect(page.status).toBe(200);
    seen.push(...idsOf(page));
    url = nextQuery(page);
    expect(page.body['nextCursor'] === null).toBe(url === '');
  }
  expect(seen).toEqual(ids);
});

test('it filters by reason, state and time, and a cursor keeps its filters', async () => {
  const { letterId } = await failByPayment(on.catalogue, await placeOne(on.api));
  expect(idsOf(await get('?reason=payment_unknown'))).toEqual([letterId]);
  expect(idsOf(await get('?state=discarded'))).toEqual([]);
  const { body } = await get(`/${letterId}`);
  const openedAt = String(body['openedAt']);
  expect(idsOf(await get(`?from=${openedAt}`))).toEqual([letterId]);
  expect(idsOf(await get(`?to=${openedAt}`))).not.toContain(letterId);
  const first = await get('?limit=1&reason=attempts_exhausted');
  const cursor = String(first.body['nextCursor']);
  expect((await get(`?cursor=${cursor}&reason=payment_unknown`)).status).toBe(400);
  const second = await get(`?cursor=${cursor}`);
  expect(idsOf(second)).not.toContain(letterId);
  expect(idsOf(second)).toHaveLength(4);
});

test.each(['?cursor=abc', '?cursor=', '?limit=0', '?limit=101', '?reason=why', '?state=ajar'])(
  '%s is refused',
  async (query) => {
    expect((await get(query)).status).toBe(400);
  },
);

test('a forged cursor, and one of another list, are refused', async () => {
  const { body } = await get('?limit=1');
  const cursor = String(body['nextCursor']);
  const forged = Buffer.from(cursor, 'base64url');
  forged[20] = (forged[20] ?? 0) ^ 1;
  const answer = await get(`?cursor=${forged.toString('base64url')}`);
  expect([answer.status, answer.body['type']]).toEqual([400, '/problems/invalid-cursor']);
  expect((await get(`?cursor=${cursor}A`)).status).toBe(400);
  const other = on.api.app
    .getDecorator<Cursors>('cursors')
    .seal('other', { filter: {}, position: ['x'] });
  expect((await get(`?cursor=${other}`)).status).toBe(400);
});

test('one is shown with its order, payments, every error and the log', async () => {
  const byItself = await failByItself(on.catalogue, await placeOne(on.api));
  const { status, body } = await get(`/${byItself.letterId.toUpperCase()}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    id: byItself.letterId,
    reason: 'attempts_exhausted',
    holdsStock: false,
    order: { id: byItself.orderId, status: 'failed', items: [{ sku: KEYBOARD }] },
    payments: [],
  });
  expect(body['failures']).toHaveLength(5);
  expect(body['failures']).toMatchObject([
    { message: 'boom 5' },
    { message: 'boom 4' },
    {},
    {},
    {},
  ]);
  expect(body['events']).toMatchObject([{ type: 'placed' }, { type: 'failed' }]);

  const byPayment = await failByPayment(on.catalogue, await placeOne(on.api));
  expect((await get(`/${byPayment.letterId}`)).body).toMatchObject({
    holdsStock: true,
    payments: [{ attempt: 1, outcome: null, key: `charge-${byPayment.orderId}-1` }],
  });
});

test('an unknown one is 404, and customers see none', async () => {
  expect((await get('/01939f2c-9c4e-7d10-8f7a-3b2c1d0e9f8a')).status).toBe(404);
  expect((await get('/x')).status).toBe(400);
  expect((await on.api.ask({ url: '/admin/dead-letters' })).status).toBe(403);
});
