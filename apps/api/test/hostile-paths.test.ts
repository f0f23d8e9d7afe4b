import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { KEYBOARD } from './catalogue.ts';
import { type HostileServer, startHostileServer } from './hostile-server.ts';
import { bearer, operatorBearer } from './tokens.ts';

let server: HostileServer;
beforeAll(async () => {
  server = await startHostileServer();
});
afterEach(() => server.expectUnharmed());
afterAll(() => server?.close());

const BODY = JSON.stringify({ items: [{ sku: KEYBOARD, quantity: 1 }], allowDuplicate: true });
const JSON_TYPE = ['Content-Type', 'application/json'] as const;
const authorization = ['Authorization', await bearer()] as const;

describe('a path that is known, by another method', () => {
  test.each([
    ['PUT', '/orders', 'POST'],
    ['DELETE', '/orders', 'POST'],
    ['PROPFIND', '/orders', 'POST'],
    ['TRACE', '/orders', 'POST'],
    ['POST', '/orders/01939f2c-6b1e-7c3a-9d7e-5a1f0c2b3d4e/events', 'GET, HEAD'],
    ['PUT', '/openapi.json', 'GET, HEAD'],
    ['PUT', '/admin/dead-letters/redrive', 'GET, HEAD, POST'],
  ])('%s %s is refused with 405 and Allow', async (method, path, allow) => {
    const answer = await server.sendAsCustomer({ method, path, body: BODY });
    server.expectRefusal(answer, { status: 405, slug: 'method-not-allowed' });
    expect(answer.headers.get('allow')).toContain(allow);
  });

  test('comes before the token, the type and the body', async () => {
    const answer = await server.send({ method: 'PUT', path: '/orders', body: '{' });
    server.expectRefusal(answer, { status: 405, slug: 'method-not-allowed' });
  });
});

describe('the order of checks', () => {
  const tooLarge = 'x'.repeat(70_000);
  test.each<[string, Parameters<HostileServer['send']>[0], number, string]>([
    ['size before 404', { path: '/nowhere', body: tooLarge }, 413, 'payload-too-large'],
    ['size before 401', { body: tooLarge }, 413, 'payload-too-large'],
    ['404 before 401', { path: '/nowhere', body: '{' }, 404, 'not-found'],
    [
      '401 before 415',
      { headers: [['Content-Type', 'text/plain']], body: 'x' },
      401,
      'unauthorized',
    ],
    ['401 before 400', { headers: [JSON_TYPE], body: '{' }, 401, 'unauthorized'],
    [
      '415 before 400',
      { headers: [authorization, ['Content-Type', 'text/plain']], body: '{' },
      415,
      'unsupported-media-type',
    ],
    [
      '400 before 422',
      { headers: [authorization, JSON_TYPE], body: '{"items":[{"sku":"UNKNOWN","quantity":0}]}' },
      400,
      'validation-error',
    ],
  ])('%s', async (_what, request, status, slug) => {
    server.expectRefusal(await server.send(request), { status, slug });
  });
});

describe('what a stranger claims of himself is ignored', () => {
  test('X-Request-Id and X-Forwarded-*', async () => {
    const answer = await server.sendAsCustomer({
      headers: [
        ['X-Request-Id', 'forged'],
        ['X-Forwarded-For', '10.0.0.1'],
        ['X-Forwarded-Host', 'evil.test'],
        ['X-Customer-Id', 'customer-2'],
        ['X-HTTP-Method-Override', 'GET'],
      ],
      body: BODY,
    });
    expect(answer.status).toBe(201);
    expect(answer.body['customerId']).toBe('customer-1');
    expect(answer.headers.get('x-request-id')).not.toBe('forged');
    expect(answer.headers.get('location')).toMatch(/^\/orders\//);
  });

  test('an operator must name the customer, a customer must not', async () => {
    const headers = [['Authorization', await operatorBearer()], JSON_TYPE] as const;
    const answer = await server.send({ headers, body: BODY });
    server.expectRefusal(answer, { status: 400, slug: 'validation-error' });
    expect(answer.body['errors']).toMatchObject([{ pointer: '/customerId' }]);
  });

  test.each(['orders:operate-not', 'ORDERS:OPERATE', 'orders:operate,x', 'xorders:operate'])(
    'the scope %s makes no operator',
    async (scope) => {
      const text = JSON.stringify({
        items: [{ sku: KEYBOARD, quantity: 1 }],
        customerId: 'customer-2',
      });
      const headers = [['Authorization', await bearer('customer-1', scope)], JSON_TYPE] as const;
      const answer = await server.send({ headers, body: text });
      server.expectRefusal(answer, { status: 400, slug: 'validation-error' });
    },
  );
});

describe('paths and queries of orders', () => {
  const path = '/orders/01939f2c-6b1e-7c3a-9d7e-5a1f0c2b3d4e';
  test.each<[string, string, number, string]>([
    ['a malformed id', '/orders/1', 400, 'validation-error'],
    ['an id with SQL', "/orders/'%20OR%201=1", 400, 'validation-error'],
    ['an id of 5,000 bytes', `/orders/${'a'.repeat(5_000)}`, 400, 'validation-error'],
    ['an id with a NUL', `${path}%00`, 400, 'validation-error'],
    ['a malformed id of a status', '/orders/x/status', 400, 'validation-error'],
    ['a malformed id of a log', '/orders/x/events', 400, 'validation-error'],
    ['an unknown query parameter', `${path}?verbose=1`, 400, 'validation-error'],
    ['an unknown query parameter without a value', `${path}/status?x`, 400, 'validation-error'],
    ['a __proto__ query parameter', `${path}/events?__proto__=1`, 400, 'validation-error'],
    ['an order that does not exist', path, 404, 'not-found'],
    ['the status of an order that does not exist', `${path}/status`, 404, 'not-found'],
    ['the log of an order that does not exist', `${path}/events`, 404, 'not-found'],
    ['a traversal', '/orders/../admin', 404, 'not-found'],
    ['an unknown path', '/admin/nothing', 404, 'not-found'],
    ['an asterisk', '*', 404, 'not-found'],
    [
      'a file of the documentation above its folder',
      '/docs/static/..%2f..%2fpackage.json',
      404,
      'not-found',
    ],
  ])('%s', async (_what, target, status, slug) => {
    const answer = await server.sendAsCustomer({ method: 'GET', path: target });
    server.expectRefusal(answer, { status, slug });
  });

  test('an unknown query parameter on POST', async () => {
    const answer = await server.sendAsCustomer({ path: '/orders?dryRun=1', body: BODY });
    server.expectRefusal(answer, { status: 400, slug: 'validation-error' });
  });
});
