import type { Database } from '@orders/database/client';
import { afterEach, expect, test, vi } from 'vitest';
import { build, type TestApi } from './build.ts';

let api: TestApi;
afterEach(() => api?.close());

/** Answers without PostgreSQL: the customer may not use it. */
const ask = () => api.ask({ url: '/metrics' });

async function expectTurnedAway(reason: string): Promise<void> {
  const { status, headers, body } = await ask();
  expect([status, headers['retry-after'], body['type']]).toEqual([
    503,
    '2',
    '/problems/overloaded',
  ]);
  expect(await api.metrics.render()).toContain(`http_shed_total{reason="${reason}"}`);
}

function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

test('while the event loop is late, requests are turned away, and served again after it', async () => {
  api = await build({ env: { MAX_EVENT_LOOP_DELAY_MS: '20' } });
  await expect
    .poll(
      async () => {
        block(300);
        return (await ask()).status;
      },
      { timeout: 10_000 },
    )
    .toBe(503);
  await expectTurnedAway('event_loop');
  await expect.poll(async () => (await ask()).status, { timeout: 10_000 }).toBe(403);
});

test('while too many statements wait for a connection, requests are turned away', async () => {
  api = await build({ env: { MAX_POOL_WAITING: '5' } });
  const database = api.app.getDecorator<Database>('database');
  const pool = vi.spyOn(database, 'pool').mockReturnValue({ open: 2, idle: 0, waiting: 6 });
  await expectTurnedAway('pool');
  pool.mockReturnValue({ open: 2, idle: 0, waiting: 5 });
  expect((await ask()).status).toBe(403);
});

test('the documentation is shown all the same', async () => {
  api = await build({ env: { MAX_POOL_WAITING: '5' } });
  const database = api.app.getDecorator<Database>('database');
  vi.spyOn(database, 'pool').mockReturnValue({ open: 2, idle: 0, waiting: 6 });
  expect((await api.ask({ url: '/problems/overloaded' })).status).toBe(200);
});
