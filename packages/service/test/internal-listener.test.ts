import { connect } from 'node:net';
import { once } from 'node:events';
import {
  type InternalListener,
  type InternalListenerOptions,
  startInternalListener,
} from '@orders/service/internal-listener';
import { createLogger } from '@orders/service/logger';
import { createMetrics } from '@orders/service/metrics';
import { afterEach, describe, expect, test } from 'vitest';

const logger = createLogger({ name: 'test', level: 'silent' });
let listener: InternalListener | undefined;
afterEach(async () => {
  await listener?.close();
  listener = undefined;
});

async function start(overrides: Partial<InternalListenerOptions> = {}): Promise<string> {
  listener = await startInternalListener({
    host: '127.0.0.1',
    port: 0,
    logger,
    metrics: createMetrics(),
    live: () => true,
    ready: async () => ({ ok: true, body: { status: 'ready' } }),
    ...overrides,
  });
  return listener.url;
}

describe('startInternalListener', () => {
  test('answers health by what the checks say', async () => {
    const url = await start({
      live: () => false,
      ready: async () => ({ ok: false, body: { status: 'no database' } }),
    });
    const ready = await fetch(`${url}/health/ready?verbose=1`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'no database' }]);
    expect((await fetch(`${url}/health/live`)).status).toBe(503);
  });

  test('answers ready and live with 200 when all is well', async () => {
    const url = await start();
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect((await fetch(`${url}/health/live`, { method: 'HEAD' })).status).toBe(200);
  });

  test('serves metrics in the Prometheus format, the process metrics and the event loop delay among them', async () => {
    const metrics = createMetrics();
    const placed = metrics.counter({
      name: 'orders_placed_total',
      help: 'Orders placed.',
      labelNames: ['outcome'],
    });
    placed.inc({ outcome: 'accepted' }, 3);
    const url = await start({ metrics });
    const response = await fetch(`${url}/metrics`);
    const text = await response.text();
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect(text).toContain('orders_placed_total{outcome="accepted"} 3');
    expect(text).toMatch(/nodejs_eventloop_lag_p99_seconds \d/);
    expect(text).toMatch(/process_resident_memory_bytes \d/);
  });

  test('a check that hangs is a failed check within the time-out', { timeout: 5_000 }, async () => {
    const url = await start({ ready: () => new Promise(() => {}) });
    expect((await fetch(`${url}/health/ready`)).status).toBe(503);
  });

  test('a check that throws is a 500 and shows nothing of the error', async () => {
    const url = await start({
      ready: async () => {
        throw new Error('canary');
      },
    });
    const response = await fetch(`${url}/health/ready`);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('canary');
  });

  test('anything else is 404 or 405, unless the further handler takes it', async () => {
    const url = await start({
      routes: (request, response) => {
        if (request.url !== '/board') return false;
        response.end('board');
        return true;
      },
    });
    expect(await (await fetch(`${url}/board`)).text()).toBe('board');
    expect((await fetch(`${url}/`)).status).toBe(404);
    const post = await fetch(`${url}/metrics`, { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  test('closes although a client holds its connection open', async () => {
    const url = new URL(await start());
    const socket = connect(Number(url.port), url.hostname);
    await once(socket, 'connect');
    socket.write('GET /health/live HTTP/1.1\r\nhost: x\r\n');
    const ended = once(socket, 'close');
    await listener?.close();
    await ended;
  });

  test('rejects when the port is taken', async () => {
    const url = await start();
    await expect(
      startInternalListener({
        host: '127.0.0.1',
        port: Number(new URL(url).port),
        logger,
        metrics: createMetrics(),
        live: () => true,
        ready: async () => ({ ok: true, body: {} }),
      }),
    ).rejects.toThrow('EADDRINUSE');
  });
});
