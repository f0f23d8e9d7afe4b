import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';

const GOOD = {
  DATABASE_URL: 'postgresql://user:password@localhost/orders',
  REDIS_URL: 'redis://localhost',
  JWT_SECRET: randomBytes(32).toString('base64'),
  JWT_ISSUER: 'https://issuer.test',
  JWT_AUDIENCE: 'orders',
};

test('limits are tight in production and out of the way elsewhere', () => {
  expect(readConfig(GOOD).limits).toEqual({ perCustomer: 600, perAddress: 6_000 });
  expect(readConfig({ ...GOOD, NODE_ENV: 'development' }).limits).toEqual({
    perCustomer: 1_000_000,
    perAddress: 1_000_000,
  });
  const own = { ...GOOD, RATE_LIMIT_CUSTOMER: '7', RATE_LIMIT_ADDRESS: '8' };
  expect(readConfig(own).limits).toEqual({ perCustomer: 7, perAddress: 8 });
});

test('what lets others in is off unless it is said', () => {
  const { corsOrigins, queueBoard, tls } = readConfig(GOOD);
  expect([corsOrigins, queueBoard, tls]).toEqual([[], 'read-only', null]);
});

test('origins that are none keep the service from starting', () => {
  for (const CORS_ORIGINS of ['*', 'shop.test', 'https://a.test,b']) {
    expect(() => readConfig({ ...GOOD, CORS_ORIGINS })).toThrow(/CORS_ORIGINS/);
  }
});

test('cursors have a secret in any case, and a weak one is refused', () => {
  expect(readConfig(GOOD).cursorSecret).toBe(GOOD.JWT_SECRET);
  const withKeys = { ...GOOD, JWT_SECRET: '', JWKS_URL: 'https://issuer.test/keys' };
  expect(readConfig(withKeys).cursorSecret).toBe(GOOD.DATABASE_URL);
  const CURSOR_SECRET = randomBytes(32).toString('base64');
  expect(readConfig({ ...GOOD, CURSOR_SECRET }).cursorSecret).toBe(CURSOR_SECRET);
  expect(() => readConfig({ ...GOOD, CURSOR_SECRET: 'a'.repeat(40) })).toThrow(/CURSOR_SECRET/);
});
