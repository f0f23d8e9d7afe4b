import { ConfigError } from '@orders/service/config-error';
import { expect, test } from 'vitest';
import { readConfig, toRetryPolicy } from '../src/config.ts';

const needed = {
  DATABASE_URL: 'postgresql://u:p@127.0.0.1/orders',
  REDIS_URL: 'redis://127.0.0.1:6379',
  PAYMENT_PROVIDER_URL: 'http://127.0.0.1:4010',
};

test('without anything set, everything that is missing is named at once', () => {
  expect(() => readConfig({})).toThrow(ConfigError);
  expect(() => readConfig({})).toThrow(/DATABASE_URL[\s\S]*REDIS_URL[\s\S]*PAYMENT_PROVIDER_URL/);
});

test('defaults are those of production', () => {
  const config = readConfig(needed);
  expect(config.NODE_ENV).toBe('production');
  expect(toRetryPolicy(config)).toMatchObject({
    backorderMaxWaitMs: 86_400_000,
    giveUpAfterMs: 86_400_000,
    providerKeyRetentionMs: 86_400_000,
    paymentAttempts: 3,
    orderAttempts: 5,
  });
});
