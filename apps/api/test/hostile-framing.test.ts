import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { KEYBOARD } from './catalogue.ts';
import { type HostileServer, startHostileServer } from './hostile-server.ts';
import { exchange, toBytes } from './raw-http.ts';
import { bearer } from './tokens.ts';

let server: HostileServer;
beforeAll(async () => {
  server = await startHostileServer();
});
afterEach(() => server.expectUnharmed());
afterAll(() => server?.close());

const authorization = ['Authorization', await bearer()] as const;
const JSON_TYPE = ['Content-Type', 'application/json'] as const;
const BODY = JSON.stringify({ items: [{ sku: KEYBOARD, quantity: 1 }] });

const framed = (...headers: (readonly [string, string])[]) => ({
  headers: [authorization, JSON_TYPE, ...headers],
  body: BODY,
});
const length = (bytes: number) => ['Content-Length', String(bytes)] as const;
const CHUNKED = ['Transfer-Encoding', 'chunked'] as const;
const chunked = (body: string) => ({ headers: [authorization, JSON_TYPE, CHUNKED], body });

describe('framing that could be read in two ways is refused with 400, and the connection closed', () => {
  test.each([
    ['two different Content-Lengths', framed(length(BODY.length), length(5))],
    ['two equal Content-Lengths', framed(length(BODY.length), length(BODY.length))],
    ['a list of Content-Lengths', framed(['Content-Length', `${BODY.length}, ${BODY.length}`])],
    ['Content-Length with Transfer-Encoding', framed(length(BODY.length), CHUNKED)],
    ['Transfer-Encoding with Content-Length', framed(CHUNKED, length(BODY.length))],
    ['a negative Content-Length', framed(['Content-Length', '-1'])],
    ['a Content-Length in hexadecimal', framed(['Content-Length', '0x10'])],
    ['a Content-Length with a sign', framed(['Content-Length', `+${BODY.length}`])],
    ['an unknown Transfer-Encoding', framed(['Transfer-Encoding', 'xchunked'])],
    ['chunked not last', framed(['Transfer-Encoding', 'chunked, gzip'])],
    ['a chunk size that is none', chunked(`zz\r\n${BODY}\r\n0\r\n\r\n`)],
    ['a chunk longer than its size', chunked(`5\r\n${BODY}\r\n0\r\n\r\n`)],
    ['a chunk size beyond all numbers', chunked(`fffffffffffffffff\r\n${BODY}\r\n0\r\n\r\n`)],
    ['a header without a colon', Buffer.from('GET /orders HTTP/1.1\r\nHost: a\r\nbroken\r\n\r\n')],
    ['a folded header', Buffer.from('GET /orders HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n')],
    ['a space before the colon', Buffer.from('GET /orders HTTP/1.1\r\nHost: a\r\nX : 1\r\n\r\n')],
    ['a NUL in a header', Buffer.from('GET /orders HTTP/1.1\r\nHost: a\r\nX: \u0000\r\n\r\n')],
    ['a bare line feed', Buffer.from('GET /orders HTTP/1.1\nHost: a\n\n')],
    ['an unknown method', Buffer.from('FROB /orders HTTP/1.1\r\nHost: a\r\n\r\n')],
    ['HTTP/2 without being asked', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
    ['HTTP/9', Buffer.from('GET /orders HTTP/9.9\r\nHost: a\r\n\r\n')],
    ['TLS', Buffer.from('16030100a1010000', 'hex')],
  ])('%s', async (_what, request) => {
    const answer = await server.send(request);
    server.expectRefusal(answer, { status: 400, slug: 'validation-error' });
    expect(answer.closed).toBe(true);
  });

  test.each([
    ['no Host', Buffer.from('GET /openapi.json HTTP/1.1\r\n\r\n')],
    [
      'two Hosts',
      toBytes({
        method: 'GET',
        path: '/openapi.json',
        headers: [
          ['Host', 'a'],
          ['Host', 'b'],
        ],
      }),
    ],
  ])('%s', async (_what, bytes) => {
    server.expectRefusal(await server.send(bytes), { status: 400, slug: 'validation-error' });
  });
});

describe('what is too large is refused', () => {
  const headers = [authorization];
  test.each([
    [
      'a body of 64 KiB and one byte',
      { ...framed(), body: 'x'.repeat(65_537) },
      413,
      'payload-too-large',
    ],
    ['a body of 1 GB, before it is sent', framed(length(1e9)), 413, 'payload-too-large'],
    [
      'a chunked body over 64 KiB',
      chunked(`11000\r\n${'x'.repeat(0x11000)}\r\n0\r\n\r\n`),
      413,
      'payload-too-large',
    ],
    [
      'chunk extensions over 16 KiB',
      chunked(`1;${'x'.repeat(20_000)}\r\nx\r\n0\r\n\r\n`),
      413,
      'payload-too-large',
    ],
    [
      'a header of 17 KiB',
      {
        method: 'GET',
        path: '/orders/x',
        headers: [...headers, ['X', 'x'.repeat(17_408)] as const],
      },
      431,
      'headers-too-large',
    ],
    [
      '1,000 headers of 20 bytes',
      {
        method: 'GET',
        headers: Array.from({ length: 1_000 }, (_, at) => [`X-${at}`, 'x'.repeat(16)] as const),
      },
      431,
      'headers-too-large',
    ],
    [
      'a path of 9,000 bytes',
      { method: 'GET', path: `/orders/${'x'.repeat(9_000)}`, headers },
      414,
      'uri-too-long',
    ],
    [
      'a query of 9,000 bytes',
      { method: 'GET', path: `/orders?x=${'x'.repeat(9_000)}`, headers },
      414,
      'uri-too-long',
    ],
    [
      'a path of 16,000 bytes, whose headers do not fit any more',
      { method: 'GET', path: `/orders/${'x'.repeat(15_992)}`, headers },
      414,
      'uri-too-long',
    ],
    [
      'a path of 20,000 bytes',
      { method: 'GET', path: `/orders/${'x'.repeat(20_000)}`, headers },
      414,
      'uri-too-long',
    ],
  ])('%s', async (_what, request, status, slug) => {
    server.expectRefusal(await server.send(request), { status, slug });
  });

  test('a body of exactly 64 KiB is not', async () => {
    const padding = ' '.repeat(65_536 - BODY.length);
    const answer = await server.sendAsCustomer({ body: BODY + padding });
    expect(answer.status).toBe(201);
  });
});

describe('targets that are no path are refused with 400', () => {
  test.each(['/orders/%zz', '/orders/%', '/%ff', '/orders/%c0%af'])('%s', async (path) => {
    const answer = await server.send({ method: 'GET', path, headers: [authorization] });
    server.expectRefusal(answer, { status: 400, slug: 'validation-error' });
  });
});

describe.concurrent('a slow or short sender is cut off within five seconds', () => {
  const timeout = { status: 408, slug: 'request-timeout', withinMs: 5_000 };

  test('a body shorter than its length', { timeout: 10_000 }, async () => {
    const answer = await server.send(framed(length(BODY.length + 10)));
    server.expectRefusal(answer, timeout);
    expect(answer.closed).toBe(true);
  });

  test('a chunked body without an end', { timeout: 10_000 }, async () => {
    server.expectRefusal(await server.send(chunked('5\r\n{"a":\r\n')), timeout);
  });

  test('headers that never end', { timeout: 10_000 }, async () => {
    const answer = await server.send(Buffer.from('GET /orders HTTP/1.1\r\nHost: a\r\n'));
    server.expectRefusal(answer, timeout);
  });

  test('headers that drip, a byte at a time', { timeout: 10_000 }, async () => {
    const answer = await new Promise<{ text: string; ms: number }>((resolve, reject) => {
      const startedAt = performance.now();
      let text = '';
      const socket = connect(server.port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nX: '));
      const drip = setInterval(() => socket.write('x'), 100);
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('error', reject);
      socket.on('close', () => {
        clearInterval(drip);
        resolve({ text, ms: performance.now() - startedAt });
      });
    });
    expect(answer.text).toMatch(/^HTTP\/1\.1 408 .*\/problems\/request-timeout/s);
    expect(answer.ms).toBeLessThan(5_000);
  });

  test('a client that goes away in the middle', async () => {
    const socket = connect(server.port, '127.0.0.1');
    await new Promise((resolve) => socket.write(toBytes(framed(length(BODY.length + 1))), resolve));
    const gone = new Promise((resolve) => socket.on('close', resolve));
    socket.resetAndDestroy();
    await gone;
  });
});

describe('pipelined requests', () => {
  const good = toBytes({ method: 'GET', path: '/problems/not-found' });

  test('an earlier one is answered before the connection closes over a broken one', async () => {
    const answer = await exchange(
      server.port,
      Buffer.concat([good, Buffer.from('BROKEN\r\n\r\n')]),
    );
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain('HTTP/1.1 400');
  });

  test('a smuggled request behind a conflicting length is never served', async () => {
    const smuggled = toBytes({ method: 'GET', path: '/problems/forbidden' });
    const request = toBytes({
      ...framed(length(4), CHUNKED),
      body: `0\r\n\r\n${smuggled.toString()}`,
    });
    const answer = await server.send(request);
    server.expectRefusal(answer, { status: 400, slug: 'validation-error' });
    expect(answer.text).not.toContain('HTTP/1.1 200');
  });
});
