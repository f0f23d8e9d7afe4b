import { startTestRedis } from '@orders/local-services/start-test-redis';
import type { Redis } from '@orders/local-services/start-redis';
import { startSharedCounts } from '@orders/queue/shared-counts';
import { createLogger } from '@orders/service/logger';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRateLimiter } from '../src/limits/rate-limiter.ts';
import { type Answer, build, type TestApi } from './build.ts';
import { bearer, operatorBearer } from './tokens.ts';

const apis: TestApi[] = [];
afterAll(async () => {
  for (const api of apis) await api.close();
});

async function buildLimited(env: Record<string, string>): Promise<TestApi> {
  const api = await build({ env });
  apis.push(api);
  return api;
}

/** A route that answers without PostgreSQL: the customer may not use it. */
async function ask(api: TestApi, authorization: string, address = '192.0.2.1'): Promise<Answer> {
  return api.ask({ url: '/metrics', headers: { authorization }, remoteAddress: address });
}

const statuses = async (
  api: TestApi,
  count: number,
  authorization: string,
  address?: string,
): Promise<number[]> => {
  const answers: number[] = [];
  for (let n = 0; n < count; n += 1) answers.push((await ask(api, authorization, address)).status);
  return answers;
};

describe('by customer', () => {
  test('a burst over the limit is 429 with when to come again; others are not concerned', async () => {
    const api = await buildLimited({ RATE_LIMIT_CUSTOMER: '5', RATE_LIMIT_ADDRESS: '100' });
    expect(await statuses(api, 7, await bearer('anna'))).toEqual([
      403, 403, 403, 403, 403, 429, 429,
    ]);
    const { status, headers, body } = await ask(api, await bearer('anna'));
    expect([status, body['type']]).toEqual([429, '/problems/rate-limited']);
    expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(120);
    expect(headers['ratelimit']).toMatch(/^"customer";r=0;t=\d+$/);
    expect(headers['ratelimit-policy']).toBe('"customer";q=5;w=60, "address";q=100;w=60');
    const other = await ask(api, await bearer('bob'));
    expect([other.status, other.headers['ratelimit']]).toEqual([
      403,
      expect.stringMatching(/^"customer";r=4;t=\d+$/),
    ]);
    expect(other.headers['retry-after']).toBeUndefined();
  });

  test('who is over the limit is told 429 before 403, and 401 before 429', async () => {
    const api = await buildLimited({ RATE_LIMIT_CUSTOMER: '1', RATE_LIMIT_ADDRESS: '2' });
    await statuses(api, 2, await bearer('anna'));
    expect((await ask(api, await bearer('anna'))).status).toBe(429);
    await statuses(api, 1, await bearer('bob'));
    expect((await ask(api, await operatorBearer())).status).toBe(429);
    expect((await ask(api, 'Bearer a.b.c')).status).toBe(401);
  });
});

describe('by address', () => {
  test('all customers of an address count together', async () => {
    const api = await buildLimited({ RATE_LIMIT_CUSTOMER: '100', RATE_LIMIT_ADDRESS: '3' });
    for (const name of ['a', 'b', 'c'])
      expect((await ask(api, await bearer(name))).status).toBe(403);
    const { status, headers } = await ask(api, await bearer('d'));
    expect([status, headers['ratelimit']]).toEqual([429, expect.stringMatching(/^"address";r=0/)]);
    expect((await ask(api, await bearer('d'), '192.0.2.2')).status).toBe(403);
  });

  test('what authentication refuses counts, too, and is refused in the end', async () => {
    const api = await buildLimited({ RATE_LIMIT_CUSTOMER: '100', RATE_LIMIT_ADDRESS: '4' });
    expect(await statuses(api, 6, 'Bearer a.b.c')).toEqual([401, 401, 401, 401, 429, 429]);
    expect((await ask(api, await bearer('anna'))).status).toBe(429);
    expect(await statuses(api, 1, 'Bearer a.b.c', '192.0.2.9')).toEqual([401]);
    const without = await api.ask({ url: '/orders', headers: { authorization: '' } });
    expect([without.status, without.headers['ratelimit']]).toEqual([
      401,
      expect.stringMatching(/^"address";r=3/),
    ]);
  });

  test('routes for anyone are limited, too', async () => {
    const api = await buildLimited({ RATE_LIMIT_ADDRESS: '2' });
    const request = { url: '/problems/overloaded', remoteAddress: '192.0.2.5' };
    const read = async () => (await api.ask(request)).status;
    expect([await read(), await read(), await read()]).toEqual([200, 200, 429]);
  });

  test('the address is not what an untrusted sender says', async () => {
    const api = await buildLimited({ RATE_LIMIT_ADDRESS: '3', RATE_LIMIT_CUSTOMER: '100' });
    const seen: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      const headers = { 'x-forwarded-for': `198.51.100.${n}` };
      const request = { url: '/metrics', headers, remoteAddress: '192.0.2.6' };
      seen.push((await api.ask(request)).status);
    }
    expect(seen).toEqual([403, 403, 403, 429, 429]);
  });
});

describe('across replicas', () => {
  const logger = createLogger({ name: 'test', level: 'silent' });
  let redis: Redis;
  beforeAll(async () => {
    redis = await startTestRedis();
  });
  afterAll(() => redis?.close());

  const startReplica = () =>
    startRateLimiter({
      limits: { perCustomer: 160, perAddress: 10_000 },
      shared: startSharedCounts({ url: redis.url, logger }),
      shareEveryMs: 20,
    });

  test('what one replica counts the other knows soon; without Redis each limits by itself', async () => {
    const [one, two] = [startReplica(), startReplica()];
    const admit = (replica: typeof one, subject: string) =>
      replica.admit('192.0.2.1', subject, Date.now());
    for (let n = 0; n < 150; n += 1) admit(one, 'anna');
    for (let n = 0; n < 11; n += 1) expect(admit(two, 'anna').usage.allowed).toBe(true);
    await expect.poll(() => admit(two, 'anna').usage.allowed, { interval: 20 }).toBe(false);
    expect(admit(two, 'bob').usage.allowed).toBe(true);

    await redis.close();
    for (let n = 0; n < 160; n += 1) expect(admit(one, 'carl').usage.allowed).toBe(true);
    expect(admit(one, 'carl').usage.allowed).toBe(false);
    await Promise.all([one.close(), two.close()]);
  });
});
