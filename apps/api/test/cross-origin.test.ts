import { afterEach, expect, test } from 'vitest';
import { build, type TestApi } from './build.ts';

let api: TestApi;
afterEach(() => api?.close());

const SHOP = 'https://shop.test';
const preflight = (origin: string, url = '/orders') =>
  api.app.inject({
    method: 'OPTIONS',
    url,
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });

test('by itself no page of another origin may call the API', async () => {
  api = await build();
  expect((await preflight(SHOP)).statusCode).toBe(405);
  const { headers } = await api.ask({ url: '/metrics', headers: { origin: SHOP } });
  expect(headers['access-control-allow-origin']).toBeUndefined();
});

test('pages of the listed origins may, without a token for the preflight, and no others', async () => {
  api = await build({ env: { CORS_ORIGINS: `${SHOP}, https://other.test` } });
  const allowed = await preflight(SHOP);
  expect(allowed.statusCode).toBe(204);
  expect(allowed.headers).toMatchObject({
    'access-control-allow-origin': SHOP,
    'access-control-allow-headers': expect.stringContaining('Idempotency-Key'),
  });
  expect(allowed.headers['access-control-allow-credentials']).toBeUndefined();
  const stranger = await preflight('https://evil.test');
  expect(stranger.headers['access-control-allow-origin']).toBeUndefined();

  const { status, headers } = await api.ask({ url: '/metrics', headers: { origin: SHOP } });
  expect([status, headers['access-control-allow-origin']]).toEqual([403, SHOP]);
  expect(headers['access-control-expose-headers']).toContain('ETag');
});

test('what is not there is still 404, and a method that is not there 405', async () => {
  api = await build({ env: { CORS_ORIGINS: SHOP } });
  expect((await api.ask({ url: '/nothing' })).status).toBe(404);
  expect((await api.ask({ method: 'PUT', url: '/orders' })).status).toBe(405);
});
