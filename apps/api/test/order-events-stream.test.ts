import type { Database } from '@orders/database/client';
import { cancelOrder } from '@orders/database/orders/cancel-order';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestApi } from './build.ts';
import { begin, complete, settle } from './drive-order.ts';
import { startStreamWorld, type StreamWorld } from './stream-world.ts';
import { operatorBearer } from './tokens.ts';

let world: StreamWorld;
let api: TestApi;
let database: Database;

beforeAll(async () => {
  world = await startStreamWorld();
  ({ api } = world);
  ({ database } = world.catalogue);
});

afterAll(() => world?.close());

const LONG = { timeout: 10_000 };

describe('GET /orders/:id/events as a stream', () => {
  test('gives the log so far, then what is added, and ends when the order rests', async () => {
    const id = await world.placeOne();
    const client = await world.open(id);
    expect(client.status).toBe(200);
    expect(client.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-content-type-options': 'nosniff',
      vary: 'accept',
    });
    await expect.poll(client.seqs, LONG).toEqual([1]);
    await begin(database, id);
    await expect.poll(client.seqs, LONG).toEqual([1, 2]);
    await settle(database, id);
    await client.ended;
    const log = await api.ask({ url: `/orders/${id}/events` });
    expect(client.events().map(({ data }) => data)).toEqual(log.body['data']);
    expect(client.seqs()).toEqual([1, 2, 3]);
  });

  test('of an order at rest is its log, and ends', async () => {
    const id = await world.placeOne();
    await complete(database, id);
    const client = await world.open(id);
    await client.ended;
    expect(client.seqs()).toEqual([1, 2, 3]);
    expect(client.text()).toMatch(/^retry: \d+\n\n/);
  });

  test('resumes behind Last-Event-ID, without a gap or a repetition', async () => {
    const id = await world.placeOne();
    const seen: number[] = [];
    const first = await world.open(id);
    await expect.poll(first.seqs, LONG).toEqual([1]);
    seen.push(...first.seqs());
    first.hangUp();
    await begin(database, id);
    const cancel = { orderId: id, customerId: null, reason: null, actor: 'op' };
    await cancelOrder(database, cancel);
    const second = await world.open(id, { 'last-event-id': String(seen.at(-1)) });
    await expect.poll(second.seqs, LONG).toEqual([2, 3]);
    seen.push(...second.seqs());
    second.hangUp();
    await settle(database, id, { kind: 'voided' });
    const third = await world.open(id, { 'last-event-id': String(seen.at(-1)) });
    await third.ended;
    expect([...seen, ...third.seqs()]).toEqual([1, 2, 3, 4]);
  });

  test('is 204 for who has the whole log of an order at rest, so that browsers stay away', async () => {
    const id = await world.placeOne();
    await complete(database, id);
    for (const [lastEventId, status] of [
      ['3', 204],
      ['99', 204],
      ['2', 200],
      ['', 200],
    ] as const) {
      const client = await world.open(id, { 'last-event-id': lastEventId });
      expect([lastEventId, client.status]).toEqual([lastEventId, status]);
    }
  });

  test('gives each of many listeners everything, while the order moves', async () => {
    const id = await world.placeOne();
    const clients = await Promise.all(Array.from({ length: 20 }, () => world.open(id)));
    await complete(database, id);
    await Promise.all(clients.map(({ ended }) => ended));
    for (const client of clients) expect(client.seqs()).toEqual([1, 2, 3]);
  });

  test('sends something now and then when there is nothing to tell', async () => {
    const client = await world.open(await world.placeOne());
    await expect
      .poll(
        () =>
          client
            .text()
            .split('\n\n')
            .filter((line) => line === ': ').length,
        LONG,
      )
      .toBeGreaterThan(1);
    expect(client.seqs()).toEqual([1]);
  });

  test('is for operators, too', async () => {
    const client = await world.open(await world.placeOne(), {
      authorization: await operatorBearer(),
    });
    expect(client.status).toBe(200);
  });

  test('without Accept, or with another one, it is the log as before', async () => {
    const id = await world.placeOne();
    for (const accept of [undefined, '*/*', 'application/json', 'text/event-stream;q=0.1, */*']) {
      const headers = accept === undefined ? {} : { accept };
      const { status, body } = await api.ask({ url: `/orders/${id}/events`, headers });
      expect([accept, status, body['nextCursor']]).toEqual([accept, 200, null]);
    }
  });

  test('the head of a stream is that of the log, and ends', async () => {
    const headers = { accept: 'text/event-stream' };
    const url = `/orders/${await world.placeOne()}/events`;
    const { status, text } = await api.ask({ method: 'HEAD', url, headers });
    expect([status, text]).toEqual([200, '']);
  });
});

describe('with Redis', () => {
  test('a change made through any API is told at once', async () => {
    const env = { REDIS_URL: world.redis.url };
    const { api: one, origin } = await world.start(env);
    const { api: other } = await world.start(env);
    const url = (id: string) => `/orders/${id}`;
    const delays: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      const id = await world.placeOne();
      const client = await world.open(id, {}, origin);
      await expect.poll(client.seqs, LONG).toEqual([1]);
      const startedAt = performance.now();
      const changed = round % 2 === 0 ? one : other;
      await changed.ask({ method: 'DELETE', url: url(id) });
      await client.ended;
      expect(client.seqs()).toEqual([1, 2]);
      delays.push(performance.now() - startedAt);
    }
    // The first ones may meet connections that have just begun.
    expect(delays.toSorted((a, b) => a - b)[2]).toBeLessThan(900);
  });
});

test('a stream outlives an outage of PostgreSQL', async () => {
  const id = await world.placeOne();
  const client = await world.open(id);
  await expect.poll(client.seqs, LONG).toEqual([1]);
  for (let round = 0; round < 3; round += 1) {
    await database.prisma.$executeRaw`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'orders-api'`;
    await begin(database, id);
  }
  await settle(database, id);
  await client.ended;
  expect(client.seqs()).toEqual([1, 2, 3]);
});
