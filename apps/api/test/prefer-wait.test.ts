import { connect } from 'node:net';
import { startTestRedis } from '@orders/local-services/start-test-redis';
import type { Redis } from '@orders/local-services/start-redis';
import { waitUntil } from '@orders/local-services/wait-until';
import { startNudgePublisher } from '@orders/queue/nudge-publisher';
import { createLogger } from '@orders/service/logger';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Answer, build, type TestApi } from './build.ts';
import { type CatalogueDatabase, KEYBOARD, startCatalogueDatabase } from './catalogue.ts';
import { addStock, begin, complete, settle } from './drive-order.ts';
import { toBytes } from './raw-http.ts';
import { bearer } from './tokens.ts';

let catalogue: CatalogueDatabase;
let redis: Redis;
/** Without Redis. */
let api: TestApi;

beforeAll(async () => {
  [catalogue, redis] = await Promise.all([startCatalogueDatabase(), startTestRedis()]);
  api = await build({ env: { DATABASE_URL: catalogue.url } });
  await addStock(catalogue.database, KEYBOARD, 1_000_000);
});

afterAll(async () => {
  await api?.close();
  await redis?.close();
  await catalogue?.close();
});

let quantity = 0;
const basket = (cart: string) => ({
  items: [{ sku: KEYBOARD, quantity: (quantity += 1) }],
  metadata: { cart },
});

interface Placing {
  readonly id: string;
  readonly answer: Promise<Answer>;
  /** Milliseconds since it was asked. */
  elapsed(): number;
}

/** Places an order with a preference; resolves as soon as it is stored, whenever the answer comes. */
async function place(prefer: string, target = api, headers = {}): Promise<Placing> {
  const cart = `cart-${Math.random()}`;
  const startedAt = performance.now();
  const answer = target.place(basket(cart), { prefer, ...headers });
  const where = { metadata: { path: ['cart'], equals: cart } };
  const { id } = await waitUntil(() => catalogue.database.prisma.order.findFirst({ where }), {
    what: 'the order',
    timeoutMs: 5_000,
  });
  return { id, answer, elapsed: () => performance.now() - startedAt };
}

const appliedBy = ({ headers }: Answer) => headers['preference-applied'];

describe('Prefer: wait=N', () => {
  test('answers 201 with the order as soon as it is at rest, also without Redis', async () => {
    const { id, answer, elapsed } = await place('wait=20');
    await complete(catalogue.database, id);
    const { status, headers, body } = await answer;
    expect([status, headers['etag'], headers['location']]).toEqual([201, '"3"', `/orders/${id}`]);
    expect(headers['preference-applied']).toBe('wait=20');
    expect(body).toMatchObject({ id, status: 'completed', version: 3 });
    expect(elapsed()).toBeLessThan(8_000);
  });

  test('is answered when the order fails, and not when it is backordered or reserved', async () => {
    const { id, answer } = await place('wait=20');
    await begin(catalogue.database, id);
    let answered = false;
    void answer.then(() => (answered = true));
    await api.ask({ url: `/orders/${id}` });
    expect(answered).toBe(false);
    await settle(catalogue.database, id, { kind: 'refused', code: 'bad' });
    expect((await answer).body).toMatchObject({ status: 'failed', reason: 'payment_refused' });
  });

  test('answers after N seconds with the order as it is then', async () => {
    const { answer, elapsed } = await place('wait=1');
    const { status, headers, body } = await answer;
    expect(elapsed()).toBeGreaterThanOrEqual(990);
    expect([status, headers['etag'], body['status']]).toEqual([201, '"1"', 'pending']);
    expect(headers['preference-applied']).toBe('wait=1');
  });

  test('shows what happened up to that moment', async () => {
    const { id, answer } = await place('wait=1');
    await begin(catalogue.database, id);
    expect((await answer).body).toMatchObject({ status: 'reserved', version: 2 });
  });

  test('of a replay waits for the order that there is', async () => {
    const body = basket('replay');
    const headers = { 'idempotency-key': 'replayed' };
    const first = await api.place(body, headers);
    await complete(catalogue.database, String(first.body['id']));
    const again = await api.place(body, { ...headers, prefer: 'wait=20' });
    expect(again.body).toMatchObject({ id: first.body['id'], status: 'completed' });
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(appliedBy(again)).toBe('wait=20');
  });

  test.each(['wait=0', 'WAIT=0'])('%s does not wait, as was preferred', async (prefer) => {
    expect(appliedBy(await api.place(basket('zero'), { prefer }))).toBe('wait=0');
  });

  test.each(['wait', 'wait=-1', 'wait=abc', 'return=minimal', 'x'.repeat(5_000)])(
    '%s is no preference for waiting',
    async (prefer) => {
      const answer = await api.place(basket('none'), { prefer });
      expect([answer.status, appliedBy(answer)]).toEqual([201, undefined]);
    },
  );

  test('a refusal does not wait', async () => {
    const body = basket('twice');
    await api.place(body);
    const answer = await api.place(body, { prefer: 'wait=20' });
    expect([answer.status, appliedBy(answer)]).toEqual([409, undefined]);
  });
});

describe('waiting is bounded', () => {
  const buildWith = async (env: Record<string, string>) => {
    const built = await build({ env: { DATABASE_URL: catalogue.url, ...env } });
    onTestFinished(() => built.close());
    return built;
  };

  test('in time', async () => {
    const brief = await buildWith({ WAIT_MAX_SECONDS: '1' });
    const { answer, elapsed } = await place('wait=100000', brief);
    expect(appliedBy(await answer)).toBe('wait=1');
    expect(elapsed()).toBeLessThan(5_000);
  });

  test('in number: who comes too late is answered at once, and told that nobody waited', async () => {
    const small = await buildWith({ WAIT_REQUESTS: '1' });
    const first = await place('wait=20', small);
    const second = await small.place(basket('second'), { prefer: 'wait=20' });
    expect([second.status, appliedBy(second)]).toEqual([201, undefined]);
    await complete(catalogue.database, first.id);
    expect(appliedBy(await first.answer)).toBe('wait=20');
    const third = await place('wait=20', small);
    await complete(catalogue.database, third.id);
    expect(appliedBy(await third.answer)).toBe('wait=20');
  });

  test('a client that hangs up leaves its place', async () => {
    const small = await buildWith({ WAIT_REQUESTS: '1' });
    const { port } = new URL(await small.app.listen({ host: '127.0.0.1', port: 0 }));
    const headers = [
      ['Authorization', await bearer()],
      ['Content-Type', 'application/json'],
      ['Prefer', 'wait=30'],
    ] as const;
    const socket = connect(Number(port), '127.0.0.1');
    const body = basket('gone');
    socket.write(toBytes({ headers, body: JSON.stringify(body) }));
    await expect
      .poll(() => small.metrics.render(), { timeout: 10_000 })
      .toContain('http_requests_held{kind="wait"} 1');
    const probe = async () => appliedBy(await small.place(basket('probe'), { prefer: 'wait=1' }));
    expect(await probe()).toBeUndefined();
    socket.destroy();
    await expect.poll(probe, { timeout: 10_000 }).toBe('wait=1');
  });

  test('by the end of the process: who waits is answered then', async () => {
    const ending = await buildWith({});
    const { answer } = await place('wait=30', ending);
    const startedAt = performance.now();
    const [{ status, body }] = await Promise.all([answer, ending.close()]);
    expect([status, body['status']]).toEqual([201, 'pending']);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });
});

test('the time that clients chose to wait is no time of ours', async () => {
  const count = async () => {
    const name = 'http_request_duration_seconds_count{method="POST",route="/orders",status="201"}';
    const line = (await api.metrics.render()).split('\n').find((one) => one.startsWith(name));
    return Number(line?.split(' ').at(-1));
  };
  const before = await count();
  const { answer } = await place('wait=1');
  await expect.poll(() => api.metrics.render()).toContain('http_requests_held{kind="wait"} 1');
  await answer;
  expect(await api.metrics.render()).toContain('http_requests_held{kind="wait"} 0');
  expect(await count()).toBe(before);
  await api.place(basket('quick'));
  expect(await count()).toBe(before + 1);
});

describe('with Redis', () => {
  test('a nudge answers long before the next look', async () => {
    const env = { DATABASE_URL: catalogue.url, REDIS_URL: redis.url };
    const nudged = await build({ env });
    const logger = createLogger({ name: 'test', level: 'silent' });
    const publisher = startNudgePublisher({ url: redis.url, shards: 1, logger });
    onTestFinished(async () => {
      publisher.close();
      await nudged.close();
    });
    // The first one may meet connections that have just begun.
    const delays: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      const { id, answer } = await place('wait=20', nudged);
      await complete(catalogue.database, id);
      const restedAt = performance.now();
      publisher.publish([id]);
      expect((await answer).body['status']).toBe('completed');
      delays.push(performance.now() - restedAt);
    }
    expect(delays.toSorted((a, b) => a - b)[2]).toBeLessThan(700);
  });
});

test('when PostgreSQL goes away meanwhile, the order is answered as it was accepted', async () => {
  const { answer } = await place('wait=2');
  catalogue.postgres.process.kill();
  const { status, body } = await answer;
  expect([status, body['status']]).toEqual([201, 'pending']);
});
