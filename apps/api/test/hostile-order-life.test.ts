import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { KEYBOARD } from './catalogue.ts';
import { type HostileServer, startHostileServer } from './hostile-server.ts';
import type { RawRequest } from './raw-http.ts';
import { bearer } from './tokens.ts';

let server: HostileServer;
let path: string;

beforeAll(async () => {
  server = await startHostileServer();
  const body = JSON.stringify({ items: [{ sku: KEYBOARD, quantity: 1 }] });
  path = (await server.sendAsCustomer({ body })).headers.get('location') ?? '';
});

/** Whatever was sent, the order is as it was placed. */
afterEach(async () => {
  const { body } = await server.sendAsCustomer({ method: 'GET', path });
  expect(body).toMatchObject({ status: 'pending', version: 1 });
  await server.expectUnharmed();
});

afterAll(() => server?.close());

const BODY = JSON.stringify({ items: [{ sku: KEYBOARD, quantity: 2 }] });
const IF_MATCH = ['If-Match', '"1"'] as const;
const authorization = ['Authorization', await bearer()] as const;

describe('PATCH /orders/:id', () => {
  test.each<[string, Omit<RawRequest, 'method' | 'path'>, number, string]>([
    ['without If-Match', { body: BODY }, 428, 'precondition-required'],
    [
      'with an old If-Match',
      { headers: [['If-Match', '"0"']], body: BODY },
      412,
      'precondition-failed',
    ],
    [
      'with a weak If-Match',
      { headers: [['If-Match', 'W/"1"']], body: BODY },
      412,
      'precondition-failed',
    ],
    [
      'with an If-Match of 10,000 bytes',
      { headers: [['If-Match', '"'.repeat(10_000)]], body: BODY },
      412,
      'precondition-failed',
    ],
    ['without a body', { headers: [IF_MATCH] }, 400, 'malformed-json'],
    [
      'of a prototype',
      { headers: [IF_MATCH], body: '{"items":[],"__proto__":{"items":[]}}' },
      400,
      'malformed-json',
    ],
    [
      'of the status',
      { headers: [IF_MATCH], body: `{"status":"completed",${BODY.slice(1)}` },
      400,
      'validation-error',
    ],
    ['that is cut off', { headers: [IF_MATCH], body: BODY.slice(0, -1) }, 400, 'malformed-json'],
    [
      'larger than 64 KiB',
      { headers: [IF_MATCH], body: `${BODY}${' '.repeat(66_000)}` },
      413,
      'payload-too-large',
    ],
    [
      'compressed',
      { headers: [IF_MATCH, ['Content-Encoding', 'gzip']], body: BODY },
      415,
      'unsupported-media-type',
    ],
    [
      'as a merge patch',
      { headers: [IF_MATCH, ['Content-Type', 'application/merge-patch+json']], body: BODY },
      415,
      'unsupported-media-type',
    ],
  ])('%s', async (_what, request, status, slug) => {
    server.expectRefusal(await server.sendAsCustomer({ ...request, method: 'PATCH', path }), {
      status,
      slug,
    });
  });

  test('of a malformed id comes before its precondition', async () => {
    const answer = await server.sendAsCustomer({ method: 'PATCH', path: '/orders/1', body: BODY });
    server.expectRefusal(answer, { status: 400, slug: 'validation-error' });
  });
});

describe('POST /orders/:id/cancel', () => {
  test.each<[string, Omit<RawRequest, 'method' | 'path'>, number, string]>([
    [
      'of plain text',
      { headers: [['Content-Type', 'text/plain']], body: 'please' },
      415,
      'unsupported-media-type',
    ],
    ['of null', { body: 'null' }, 400, 'validation-error'],
    [
      'of nothing in chunks of another type',
      {
        headers: [
          ['Content-Type', 'text/plain'],
          ['Transfer-Encoding', 'chunked'],
        ],
        body: '0\r\n\r\n',
      },
      415,
      'unsupported-media-type',
    ],
    ['of invalid UTF-8', { body: Buffer.from([0x22, 0xff, 0x22]) }, 400, 'malformed-json'],
    ['of a lone surrogate', { body: String.raw`{"reason":"\ud800"}` }, 400, 'validation-error'],
    ['of another member', { body: '{"refund":true}' }, 400, 'validation-error'],
    ['of an old version', { headers: [['If-Match', '"9"']] }, 412, 'precondition-failed'],
  ])('%s', async (_what, request, status, slug) => {
    const answer = await server.sendAsCustomer({
      ...request,
      method: 'POST',
      path: `${path}/cancel`,
    });
    server.expectRefusal(answer, { status, slug });
  });

  test('by another method, or with a query', async () => {
    const put = await server.sendAsCustomer({ method: 'PUT', path: `${path}/cancel`, body: '{}' });
    server.expectRefusal(put, { status: 405, slug: 'method-not-allowed' });
    expect(put.headers.get('allow')).toBe('POST');
    const forced = await server.sendAsCustomer({ path: `${path}/cancel?force=1` });
    server.expectRefusal(forced, { status: 400, slug: 'validation-error' });
  });

  test('without a token', async () => {
    const answer = await server.send({ path: `${path}/cancel` });
    server.expectRefusal(answer, { status: 401, slug: 'unauthorized' });
  });
});

describe('GET /orders/:id/events as a stream', () => {
  test.each<[string, string, number, string]>([
    ['Last-Event-ID', '-1', 400, 'validation-error'],
    ['Last-Event-ID', '1; DROP TABLE orders', 400, 'validation-error'],
    ['Last-Event-ID', '9'.repeat(5_000), 400, 'validation-error'],
  ])('%s: %s', async (name, value, status, slug) => {
    const headers = [authorization, ['Accept', 'text/event-stream'], [name, value]] as const;
    const answer = await server.send({ method: 'GET', path: `${path}/events`, headers });
    server.expectRefusal(answer, { status, slug });
  });

  test('to who accepts nothing that there is', async () => {
    const headers = [authorization, ['Accept', 'image/png']] as const;
    const answer = await server.send({ method: 'GET', path: `${path}/events`, headers });
    server.expectRefusal(answer, { status: 406, slug: 'not-acceptable' });
  });
});

describe('GET /orders', () => {
  test.each([
    '?limit=0',
    '?limit=-1',
    '?limit=1e9',
    '?limit=abc',
    '?limit=5&limit=6',
    '?verbose=1',
    '?cursor=%00',
    "?status='%20OR%201=1",
  ])('%s', async (query) => {
    const answer = await server.sendAsCustomer({ method: 'GET', path: `/orders${query}` });
    const slug = query.startsWith('?cursor') ? 'invalid-cursor' : 'validation-error';
    server.expectRefusal(answer, { status: 400, slug });
  });
});

test('a Prefer of 10,000 bytes, or twice, is none that hurts', async () => {
  for (const headers of [
    [['Prefer', `wait=${'9'.repeat(10_000)}`]],
    [['Prefer', ',;=",'.repeat(2_000)]],
    [
      ['Prefer', 'wait=0'],
      ['Prefer', 'wait=30'],
    ],
  ] as const) {
    const body = JSON.stringify({ items: [{ sku: KEYBOARD, quantity: 3 }], allowDuplicate: true });
    const answer = await server.sendAsCustomer({ headers, body });
    expect([answer.status, answer.ms < 1_000]).toEqual([201, true]);
  }
});
