import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';

const GOOD = {
  DATABASE_URL: 'postgresql://user:password@localhost/orders',
  REDIS_URL: 'redis://localhost',
  JWT_SECRET: randomBytes(32).toString('base64'),
  JWT_ISSUER: 'https://issuer.test',
  JWT_AUDIENCE: 'orders',
};

test('what is not said is safe: production', () => {
  const config = readConfig(GOOD);
  expect(config.production).toBe(true);
  expect(config.trustedProxies).toEqual([]);
  expect(config.intake).toMatchObject({ duplicateWindowSeconds: 10_800, maxOpenOrders: 200_000 });
});

test('in production it listens everywhere, elsewhere on this machine alone', () => {
  expect(readConfig(GOOD).host).toBe('0.0.0.0');
  expect(readConfig({ ...GOOD, NODE_ENV: 'development' }).host).toBe('127.0.0.1');
  expect(readConfig({ ...GOOD, HOST: '10.0.0.1' }).host).toBe('10.0.0.1');
});

test('everything that is missing is named at once, and no value is shown', () => {
  const attempt = () => readConfig({ PORT: 'super', JWT_SECRET: GOOD.JWT_SECRET });
  expect(attempt).toThrow(/PORT[^]*DATABASE_URL[^]*REDIS_URL[^]*JWT_ISSUER[^]*JWT_AUDIENCE/);
  expect(attempt).not.toThrow(/super/);
});

describe('a secret', () => {
  const known = 'development-secret-0123456789-abcdef';
  test.each([
    ['shorter than 32 bytes', randomBytes(12).toString('base64')],
    ['of one letter', 'a'.repeat(64)],
    ['that examples use', known],
    ['that nobody changed', 'please-change-me-0123456789-ABCDEFGH'],
  ])('%s is refused in production', (_what, secret) => {
    expect(() => readConfig({ ...GOOD, JWT_SECRET: secret })).toThrow(/JWT_SECRET: must/);
    expect(() => readConfig({ ...GOOD, JWT_SECRET: secret })).not.toThrow(secret);
  });

  test('that examples use may do for development, a short one never', () => {
    const development = { ...GOOD, NODE_ENV: 'development' };
    expect(readConfig({ ...development, JWT_SECRET: known }).production).toBe(false);
    expect(() => readConfig({ ...development, JWT_SECRET: 'short' })).toThrow(/32 bytes/);
  });

  test('and a key set exclude each other, and one of them is needed', () => {
    const JWKS_URL = 'https://issuer.test/keys';
    expect(() => readConfig({ ...GOOD, JWKS_URL })).toThrow(/JWT_SECRET: set either/);
    expect(() => readConfig({ ...GOOD, JWT_SECRET: '' })).toThrow(/JWT_SECRET: set either/);
    expect(readConfig({ ...GOOD, JWT_SECRET: '', JWKS_URL }).tokens.keys).toEqual({
      kind: 'jwks',
      url: JWKS_URL,
    });
  });
});

describe('TRUST_PROXY', () => {
  test('takes addresses and ranges', () => {
    const config = readConfig({ ...GOOD, TRUST_PROXY: '10.0.0.0/8, ::1,192.168.1.1' });
    expect(config.trustedProxies).toEqual(['10.0.0.0/8', '::1', '192.168.1.1']);
  });

  test.each(['true', '*', 'all', '10.0.0.0/33', '10.0.0/8', 'proxy.test', '::/129', '10.0.0.1,'])(
    'refuses %s',
    (TRUST_PROXY) => {
      expect(() => readConfig({ ...GOOD, TRUST_PROXY })).toThrow(
        /TRUST_PROXY: must be IP addresses/,
      );
    },
  );
});
