import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestApi } from './build.ts';
import { startStreamWorld, type StreamWorld } from './stream-world.ts';
import { bearer, operatorBearer } from './tokens.ts';

let world: StreamWorld;
let api: TestApi;

beforeAll(async () => {
  world = await startStreamWorld();
  ({ api } = world);
});

afterAll(() => world?.close());

const LONG = { timeout: 10_000 };

describe('a stream is refused', () => {
  const headers = { accept: 'text/event-stream' };

  test("of another's order, and of one that is not there", async () => {
    const others = { ...headers, authorization: await bearer('customer-2') };
    for (const id of [await world.placeOne(), '01939f2c-6b1e-7c3a-9d7e-5a1f0c2b3d4e']) {
      const { status, body } = await api.ask({ url: `/orders/${id}/events`, headers: others });
      expect([status, body['type']]).toEqual([404, '/problems/not-found']);
    }
  });

  test.each(['-1', 'abc', '1.5', '1,2', '99999999999999999999'])(
    'with Last-Event-ID: %s',
    async (id) => {
      const url = `/orders/${await world.placeOne()}/events`;
      const { status, body } = await api.ask({ url, headers: { ...headers, 'last-event-id': id } });
      expect([status, body['type']]).toEqual([400, '/problems/validation-error']);
    },
  );

  test('to who accepts neither it nor JSON, and without a token', async () => {
    const url = `/orders/${await world.placeOne()}/events`;
    const html = await api.ask({ url, headers: { accept: 'text/html' } });
    expect([html.status, html.body['type']]).toEqual([406, '/problems/not-acceptable']);
    const stranger = await api.ask({ url, headers: { ...headers, authorization: '' } });
    expect(stranger.status).toBe(401);
  });

  test('to who has too many open, until he closes one', async () => {
    const { api: own, origin } = await world.start({ EVENT_STREAMS_PER_CUSTOMER: '2' });
    const id = await world.placeOne();
    const [first] = [await world.open(id, {}, origin), await world.open(id, {}, origin)];
    const url = `/orders/${id}/events`;
    const third = await own.ask({ url, headers });
    expect([third.status, third.body['type']]).toEqual([429, '/problems/rate-limited']);
    expect(third.headers['retry-after']).toMatch(/^\d+$/);
    const operator = { authorization: await operatorBearer() };
    expect((await world.open(id, operator, origin)).status).toBe(200);
    first.hangUp();
    await expect.poll(async () => (await world.open(id, {}, origin)).status, LONG).toBe(200);
  });

  test('when too many are open in all', async () => {
    const { api: own, origin } = await world.start({ EVENT_STREAMS: '2' });
    const id = await world.placeOne();
    await Promise.all([world.open(id, {}, origin), world.open(id, {}, origin)]);
    const {
      status,
      headers: answered,
      body,
    } = await own.ask({ url: `/orders/${id}/events`, headers });
    expect([status, body['type']]).toEqual([503, '/problems/overloaded']);
    expect(answered['retry-after']).toMatch(/^\d+$/);
  });
});

describe('a stream ends', () => {
  test('when its time is up, and can be resumed', async () => {
    const { origin } = await world.start({ EVENT_STREAM_SECONDS: '1' });
    const client = await world.open(await world.placeOne(), {}, origin);
    await client.ended;
    expect(client.seqs()).toEqual([1]);
  });

  test('with the process, at once, however many are open', async () => {
    const { api: own, origin } = await world.start();
    const id = await world.placeOne();
    const clients = await Promise.all(Array.from({ length: 20 }, () => world.open(id, {}, origin)));
    for (const client of clients) await expect.poll(client.seqs, LONG).toEqual([1]);
    const startedAt = performance.now();
    await Promise.all([own.close(), ...clients.map(({ ended }) => ended)]);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  /** An order with a log larger than what lies between two sockets. */
  async function placeTalkative(): Promise<string> {
    const id = await world.placeOne();
    const { prisma } = world.catalogue.database;
    await prisma.$executeRaw`
      INSERT INTO order_events (order_id, seq, type, from_status, to_status, actor, data)
      SELECT ${id}::uuid, n, 'updated', 'pending', 'pending', 'test',
             jsonb_build_object('text', repeat('x', 20000))
        FROM generate_series(2, 1500) n`;
    await prisma.$executeRaw`UPDATE orders SET version = 1500 WHERE id = ${id}::uuid`;
    return id;
  }

  test('for a client that does not read', async () => {
    const id = await placeTalkative();
    const { origin } = await world.start({ EVENT_STREAMS: '1' });
    const client = await world.open(id, {}, origin);
    client.stall();
    expect((await world.open(id, {}, origin)).status).toBe(503);
    await expect.poll(async () => (await world.open(id, {}, origin)).status, LONG).toBe(200);
  });

  test('for a client that reads slowly only when it has everything', async () => {
    const client = await world.open(await placeTalkative());
    await expect.poll(() => client.seqs().length, { timeout: 20_000 }).toBe(1500);
  });

  test('with the process, also for a client that does not read', async () => {
    const id = await placeTalkative();
    const { api: own, origin } = await world.start({ EVENT_HEARTBEAT_SECONDS: '600' });
    const client = await world.open(id, {}, origin);
    client.stall();
    const startedAt = performance.now();
    await own.close();
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });
});
