import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build, type TestApi } from './build.ts';
import { type CatalogueDatabase, KEYBOARD, startCatalogueDatabase } from './catalogue.ts';

let catalogue: CatalogueDatabase;
let api: TestApi;
let id: string;
let placed: Record<string, unknown>;

beforeAll(async () => {
  catalogue = await startCatalogueDatabase();
  api = await build({ env: { DATABASE_URL: catalogue.url } });
  placed = (await api.place({ items: [{ sku: KEYBOARD, quantity: 1 }] })).body;
  id = String(placed['id']);
});

afterAll(async () => {
  await api?.close();
  await catalogue?.close();
});

test('GET /orders/:id gives what POST gave', async () => {
  const { status, headers, body } = await api.ask({ url: `/orders/${id}` });
  expect(status).toBe(200);
  expect(body).toEqual(placed);
  expect(headers['etag']).toBe('"1"');
  expect(headers['cache-control']).toBe('private, no-cache');
});

test('GET /orders/:id finds an id in capitals', async () => {
  const { status, body } = await api.ask({ url: `/orders/${id.toUpperCase()}` });
  expect([status, body['id']]).toEqual([200, id]);
});

test('GET /orders/:id/status gives only where the order stands', async () => {
  const { status, body } = await api.ask({ url: `/orders/${id}/status` });
  expect(status).toBe(200);
  expect(body).toEqual({
    id,
    status: 'pending',
    reason: null,
    version: 1,
    updatedAt: placed['updatedAt'],
  });
});

test('GET /orders/:id/events gives the log from the beginning', async () => {
  const { status, headers, body } = await api.ask({ url: `/orders/${id}/events` });
  expect(status).toBe(200);
  expect(headers['etag']).toBe('"1"');
  expect(body).toMatchObject({
    data: [{ seq: 1, type: 'placed', from: null, to: 'pending', actor: 'customer:customer-1' }],
    nextCursor: null,
  });
});

describe.each(['', '/status', '/events'])('GET /orders/:id%s', (view) => {
  test.each(['"1"', 'W/"1"', '"0", "1"', '*'])('answers 304 to If-None-Match: %s', async (tag) => {
    const headers = { 'if-none-match': tag };
    const answer = await api.ask({ url: `/orders/${id}${view}`, headers });
    expect([answer.status, answer.text]).toEqual([304, '']);
    expect(answer.headers['etag']).toBe('"1"');
  });

  test.each(['"2"', '1', '"1'])('answers in full to If-None-Match: %s', async (tag) => {
    const headers = { 'if-none-match': tag };
    expect((await api.ask({ url: `/orders/${id}${view}`, headers })).status).toBe(200);
  });

  test('answers HEAD like GET, without the body', async () => {
    const head = await api.ask({ method: 'HEAD', url: `/orders/${id}${view}` });
    const get = await api.ask({ url: `/orders/${id}${view}` });
    expect([head.status, head.text]).toEqual([200, '']);
    expect(head.headers['etag']).toBe(get.headers['etag']);
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
  });
});

test('a status that only a newer version knows fails alone and says nothing', async () => {
  const { prisma } = catalogue.database;
  await prisma.$executeRaw`ALTER TABLE orders DROP CONSTRAINT orders_status_known`;
  const other = await api.place({ items: [{ sku: KEYBOARD, quantity: 2 }] });
  await prisma.$executeRaw`UPDATE orders SET status = 'parked' WHERE id = ${other.body['id']}::uuid`;
  const answer = await api.ask({ url: `/orders/${String(other.body['id'])}` });
  expect([answer.status, answer.body['type']]).toEqual([500, '/problems/internal']);
  expect(answer.text).not.toContain('parked');
  expect(api.log).toContainEqual(
    expect.objectContaining({ level: 'error', requestId: answer.body['requestId'] }),
  );
});
