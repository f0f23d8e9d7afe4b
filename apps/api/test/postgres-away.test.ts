import { readFileSync } from 'node:fs';
import { createReadiness } from '../src/health.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build, type TestApi } from './build.ts';
import { type CatalogueDatabase, KEYBOARD, startCatalogueDatabase } from './catalogue.ts';

let catalogue: CatalogueDatabase;
let api: TestApi;

beforeAll(async () => {
  catalogue = await startCatalogueDatabase();
  api = await build({ env: { DATABASE_URL: catalogue.url } });
});

afterAll(async () => {
  await api?.close();
  await catalogue?.close();
});

let quantity = 0;
const basket = () => ({ items: [{ sku: KEYBOARD, quantity: (quantity += 1) }] });
const SOME_ORDER = '/orders/01939f2c-6b1e-7c3a-9d7e-5a1f0c2b3d4e';

/** A refusal that comes in time and says when to come back. */
async function expectUnavailable(target: TestApi, request: 'place' | 'read'): Promise<void> {
  const startedAt = performance.now();
  const answer =
    request === 'place' ? await target.place(basket()) : await target.ask({ url: SOME_ORDER });
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(answer.status).toBe(503);
  expect(answer.body['type']).toBe('/problems/unavailable');
  expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
}

/** Every process of a cluster: the postmaster alone would leave its backends at work. */
function signalCluster(signal: NodeJS.Signals): void {
  const pid = catalogue.postgres.pid ?? 0;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  for (const one of [pid, ...children.map(Number)]) process.kill(one, signal);
}

describe('without PostgreSQL', () => {
  test('the app starts, is not ready, and answers 503 in time', async () => {
    const alone = await build();
    try {
      await expectUnavailable(alone, 'place');
      await expectUnavailable(alone, 'read');
      const { ok, body } = await createReadiness(alone.app, () => false)();
      expect({ ok, body }).toEqual({
        ok: false,
        body: { status: 'not ready', database: 'away', queue: 'degraded' },
      });
    } finally {
      await alone.close();
    }
  });
});

describe('readiness', () => {
  test('needs PostgreSQL, and does without Redis', async () => {
    expect(await createReadiness(api.app, () => false)()).toMatchObject({
      ok: true,
      body: { queue: 'degraded' },
    });
  });

  test('ends when the process is closing', async () => {
    expect(await createReadiness(api.app, () => true)()).toMatchObject({ ok: false });
  });
});

describe('while PostgreSQL', { concurrent: false }, () => {
  test('is frozen, 503 comes within two seconds; afterwards each order exists once', async () => {
    const body = basket();
    signalCluster('SIGSTOP');
    try {
      await Promise.all([
        ...Array.from({ length: 10 }, () => expectUnavailable(api, 'place')),
        expectUnavailable(api, 'read'),
        expectUnavailable(api, 'place'),
        api
          .place(body, { 'idempotency-key': 'frozen' })
          .then(({ status }) => expect(status).toBe(503)),
      ]);
    } finally {
      signalCluster('SIGCONT');
    }
    await expect
      .poll(() => api.place(body, { 'idempotency-key': 'frozen' }), { timeout: 5_000 })
      .toMatchObject({ status: 201 });
    const count = await catalogue.database.prisma.order.count({
      where: { idempotencyKey: 'frozen' },
    });
    expect(count).toBe(1);
  });

  test('holds a lock that everyone needs, 503 comes within two seconds', async () => {
    const { prisma } = catalogue.database;
    await prisma.$transaction(
      async (tx) => {
        await tx.$executeRaw`LOCK TABLE orders IN ACCESS EXCLUSIVE MODE`;
        // More reads than the pool has connections: some wait for one, too.
        await Promise.all([
          ...Array.from({ length: 30 }, () => expectUnavailable(api, 'place')),
          ...Array.from({ length: 30 }, () => expectUnavailable(api, 'read')),
        ]);
      },
      { timeout: 10_000 },
    );
    await expect.poll(() => api.place(basket()), { timeout: 5_000 }).toMatchObject({ status: 201 });
  });

  test('loses its backends in the middle, orders are answered with the truth', async () => {
    const { prisma } = catalogue.database;
    const before = await catalogue.countOrders();
    const placing = Array.from({ length: 100 }, async (_, at) => {
      const body = basket();
      for (let tries = 0; tries < 50; tries += 1) {
        const answer = await api.place(body, { 'idempotency-key': `lost-${at}` });
        if (answer.status === 201) return answer.body['id'];
        expect(answer.status).toBe(503);
      }
      throw new Error('never placed');
    });
    for (let round = 0; round < 5; round += 1) {
      await prisma.$executeRaw`
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'orders-api'`;
    }
    const ids = await Promise.all(placing);
    expect(new Set(ids).size).toBe(100);
    expect(await catalogue.countOrders()).toBe(before + 100);
  });

  test('is gone, 503 comes within two seconds', async () => {
    // The postmaster alone would leave backends that may still serve what is quick.
    signalCluster('SIGKILL');
    await expectUnavailable(api, 'place');
    await expectUnavailable(api, 'read');
  });
});

test('an outage is told once a second, not once per request', () => {
  const lines = api.log.filter(({ msg }) => msg === 'Requests are turned away.');
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.length).toBeLessThan(20);
  expect(api.log.filter(({ level }) => level === 'error')).toEqual([]);
});
