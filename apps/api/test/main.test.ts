import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Redis } from '@orders/local-services/start-redis';
import { startTestRedis } from '@orders/local-services/start-test-redis';
import { waitUntil } from '@orders/local-services/wait-until';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { NOWHERE } from './build.ts';
import { type CatalogueDatabase, KEYBOARD, startCatalogueDatabase } from './catalogue.ts';
import { type Service, spawnService, waitForHealth } from './service.ts';
import { bearer } from './tokens.ts';
import { z } from 'zod';

const idSchema = z.object({ id: z.string() });

let catalogue: CatalogueDatabase;
let redis: Redis;
let started: Service[] = [];

beforeAll(async () => {
  [catalogue, redis] = await Promise.all([startCatalogueDatabase(), startTestRedis()]);
});

afterEach(async () => {
  for (const { process, exited } of started) {
    process.kill('SIGKILL');
    await exited;
  }
  started = [];
});

afterAll(async () => {
  await redis?.close();
  await catalogue?.close();
});

async function start(env: Record<string, string> = {}): Promise<Service> {
  const service = await spawnService({ DATABASE_URL: catalogue.url, REDIS_URL: redis.url, ...env });
  started.push(service);
  return service;
}

const authorization = await bearer();
let quantity = 0;

async function place(service: Service): Promise<{ status: number; id: string }> {
  const response = await fetch(`${service.url}/orders`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ items: [{ sku: KEYBOARD, quantity: (quantity += 1) }] }),
  });
  return { status: response.status, id: idSchema.parse(await response.json()).id };
}

test('listens, is ready, counts what it answers, and exits 0 on SIGTERM', async () => {
  const service = await start();
  expect(await waitForHealth(service, 200)).toMatchObject({ database: 'ok' });
  expect((await place(service)).status).toBe(201);
  const metrics = await (await fetch(`${service.internalUrl}/metrics`)).text();
  expect(metrics).toMatch(
    /http_request_duration_seconds_count\{method="POST",route="\/orders",status="201"\} 1/,
  );
  expect((await fetch(`${service.internalUrl}/health/live`)).status).toBe(200);
  service.process.kill('SIGTERM');
  expect(await service.exited).toBe(0);
});

// The kernel holds so many for it, wherever it is let.
const SOMAXCONN = Number(await readFile('/proc/sys/net/core/somaxconn', 'utf8').catch(() => 0));
test.skipIf(SOMAXCONN < 1_000)(
  'a thousand who connect while it is busy are all taken',
  async () => {
    const service = await start();
    await waitForHealth(service, 200);
    service.process.kill('SIGSTOP');
    const sockets = Array.from({ length: 1_000 }, () => connect(Number(new URL(service.url).port)));
    try {
      await Promise.all(sockets.map((socket) => once(socket, 'connect')));
      service.process.kill('SIGCONT');
      expect((await place(service)).status).toBe(201);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  },
);

test('SIGTERM under load loses no order that was answered, and breaks no answer', async () => {
  const service = await start();
  await waitForHealth(service, 200);
  const answered: { status: number; id: string }[] = [];
  let refused = 0;
  const clients = Array.from({ length: 40 }, async () => {
    for (;;) {
      try {
        answered.push(await place(service));
      } catch (error) {
        // Nobody listens any more. An answer that began must have come to its end.
        expect(String(error instanceof Error ? error.cause : error)).toMatch(
          /ECONNREFUSED|ECONNRESET|other side closed/,
        );
        refused += 1;
        return;
      }
    }
  });
  await waitUntil(() => answered.length > 200, { what: 'some orders', timeoutMs: 20_000 });
  const stoppedAt = performance.now();
  service.process.kill('SIGTERM');
  expect(await service.exited).toBe(0);
  expect(performance.now() - stoppedAt).toBeLessThan(25_000);
  await Promise.all(clients);
  expect(refused).toBe(40);
  expect(new Set(answered.map(({ status }) => status))).toEqual(new Set([201]));
  const ids = answered.map(({ id }) => id);
  const found = await catalogue.database.prisma.order.count({ where: { id: { in: ids } } });
  expect(found).toBe(ids.length);
});

describe('SIGTERM', () => {
  test('cuts off who never finishes his request', async () => {
    const service = await start();
    await waitForHealth(service, 200);
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    const ended = new Promise((resolve) => socket.on('close', resolve).on('error', () => {}));
    await new Promise((resolve) => socket.write('POST /orders HTTP/1.1\r\nHost: a\r\n', resolve));
    const stoppedAt = performance.now();
    service.process.kill('SIGTERM');
    expect(await service.exited).toBe(0);
    expect(performance.now() - stoppedAt).toBeLessThan(10_000);
    await ended;
  });

  test('ends a process whose Redis hangs', async () => {
    const service = await start();
    await waitForHealth(service, 200);
    redis.process.signal('SIGSTOP');
    try {
      const { status } = await place(service);
      service.process.kill('SIGTERM');
      expect([status, await service.exited]).toEqual([201, 0]);
    } finally {
      redis.process.signal('SIGCONT');
    }
  });

  test('ends a process that has neither PostgreSQL nor Redis', async () => {
    const service = await start(NOWHERE);
    expect(await waitForHealth(service, 503)).toMatchObject({
      database: 'away',
      queue: 'degraded',
    });
    service.process.kill('SIGTERM');
    expect(await service.exited).toBe(0);
  });

  test('is not held up by connections that nobody uses', async () => {
    const service = await start();
    await waitForHealth(service, 200);
    await place(service);
    const stoppedAt = performance.now();
    service.process.kill('SIGTERM');
    expect(await service.exited).toBe(0);
    expect(performance.now() - stoppedAt).toBeLessThan(5_000);
  });
});

describe('a start without what it needs', () => {
  test('says everything that is missing and exits 1', async () => {
    const service = await spawnService({ JWT_ISSUER: '', PORT: 'web' });
    started.push(service);
    expect(await service.exited).toBe(1);
    expect(service.output()).toMatch(
      /^The configuration is wrong:\n {2}PORT: [^]*DATABASE_URL: is required/,
    );
    expect(service.output()).not.toContain('    at ');
  });

  test('on a port that is taken says so in a line and exits 1', async () => {
    const first = await start();
    await waitForHealth(first, 200);
    const second = await start({ PORT: new URL(first.url).port });
    expect(await second.exited).toBe(1);
    expect(second.output()).toMatch(/EADDRINUSE[^\n]*set PORT/);
    expect(second.output()).not.toContain('    at ');
  });

  test('refuses failpoints in production', async () => {
    const service = await start({
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      FAILPOINTS: 'place.before-commit=kill',
    });
    expect(await service.exited).toBe(1);
    expect(service.output()).toContain('FAILPOINTS: must not be set in production');
  });
});

describe('killed', () => {
  async function placeWith(service: Service, key: string) {
    return fetch(`${service.url}/orders`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({
        items: [{ sku: KEYBOARD, quantity: 1 }],
        metadata: { key },
        allowDuplicate: true,
      }),
    });
  }
  const countOf = (key: string) =>
    catalogue.database.prisma.order.count({ where: { idempotencyKey: key } });

  test.each([
    ['place.before-commit', 0],
    ['place.after-commit', 1],
    ['enqueue.before', 1],
  ])('at %s, a retry with the same key finds or makes the one order', async (failpoint, left) => {
    const doomed = await start({ FAILPOINTS: `${failpoint}=kill` });
    await waitForHealth(doomed, 200);
    await placeWith(doomed, failpoint).catch(() => null);
    expect(await doomed.exited).toBe('SIGKILL');
    expect(await countOf(failpoint)).toBe(left);
    const next = await start();
    await waitForHealth(next, 200);
    const response = await placeWith(next, failpoint);
    expect(response.status).toBe(201);
    expect(response.headers.get('idempotency-replayed')).toBe(left === 1 ? 'true' : null);
    expect(await countOf(failpoint)).toBe(1);
  });
});
