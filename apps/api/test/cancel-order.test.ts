import { startTestRedis } from '@orders/local-services/start-test-redis';
import type { Redis } from '@orders/local-services/start-redis';
import { type QueueState, startQueueState } from '@orders/queue/queue-state';
import { createLogger } from '@orders/service/logger';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, build, type TestApi } from './build.ts';
import { type CatalogueDatabase, KEYBOARD, MOUSE, startCatalogueDatabase } from './catalogue.ts';
import { addStock, begin, complete, settle } from './drive-order.ts';
import { bearer, operatorBearer } from './tokens.ts';

let catalogue: CatalogueDatabase;
let redis: Redis;
let queue: QueueState;
let api: TestApi;

beforeAll(async () => {
  [catalogue, redis] = await Promise.all([startCatalogueDatabase(), startTestRedis()]);
  const logger = createLogger({ name: 'test', level: 'silent' });
  queue = startQueueState({ url: redis.url, shards: 1, logger });
  api = await build({ env: { DATABASE_URL: catalogue.url, REDIS_URL: redis.url } });
  await addStock(catalogue.database, KEYBOARD, 100_000);
});

afterAll(async () => {
  await api?.close();
  await queue?.close();
  await redis?.close();
  await catalogue?.close();
});

let quantity = 0;

async function placeOne(sku = KEYBOARD): Promise<string> {
  const { body } = await api.place({ items: [{ sku, quantity: (quantity += 1) }] });
  return String(body['id']);
}

const read = (id: string) => api.ask({ url: `/orders/${id}` });

type Cancel = (id: string, headers?: Record<string, string>) => Promise<Answer>;
const cancelByPost: Cancel = (id, headers = {}) =>
  api.ask({ method: 'POST', url: `/orders/${id}/cancel`, headers });
const cancelByDelete: Cancel = (id, headers = {}) =>
  api.ask({ method: 'DELETE', url: `/orders/${id}`, headers });

function cancelWith(id: string, payload: string, headers: Record<string, string> = {}) {
  const typed = { 'content-type': 'application/json', ...headers };
  return api.ask({ method: 'POST', url: `/orders/${id}/cancel`, headers: typed, payload });
}

function expectProblem({ status, body }: Answer, expected: number, slug: string): void {
  expect([status, body['type']]).toEqual([expected, `/problems/${slug}`]);
}

test('a body that was only announced is none; one that says something is refused, and nothing done', async () => {
  const remove = async (payload: string) => {
    const id = await placeOne();
    const headers = { 'content-type': 'application/json' };
    const answer = await api.ask({ method: 'DELETE', url: `/orders/${id}`, headers, payload });
    return { answer, status: (await read(id)).body['status'] };
  };
  for (const payload of ['', '{}']) {
    expect(await remove(payload)).toMatchObject({ answer: { status: 200 }, status: 'cancelled' });
  }
  for (const payload of ['{"reason":"x"}', '[]', 'null', '"x"', '1']) {
    const { answer, status } = await remove(payload);
    expectProblem(answer, 400, 'validation-error');
    expect(status).toBe('pending');
  }
});

describe.each<[string, Cancel]>([
  ['POST /orders/:id/cancel', cancelByPost],
  ['DELETE /orders/:id', cancelByDelete],
])('%s', (_route, cancel) => {
  test('cancels a pending order with 200, and again with the same answer', async () => {
    const id = await placeOne();
    const first = await cancel(id);
    expect([first.status, first.headers['etag']]).toEqual([200, '"2"']);
    expect(first.body).toMatchObject({ id, status: 'cancelled', reason: null, version: 2 });
    expect((await read(id)).body).toEqual(first.body);
    const second = await cancel(id);
    expect([second.status, second.body]).toEqual([200, first.body]);
  });

  test('cancels a backordered order with 200', async () => {
    const id = await placeOne(MOUSE);
    await begin(catalogue.database, id);
    expect(await cancel(id)).toMatchObject({ status: 200, body: { status: 'cancelled' } });
  });

  test('begins to cancel a reserved order with 202, enqueues it, and says so again', async () => {
    const id = await placeOne();
    await begin(catalogue.database, id);
    const first = await cancel(id);
    expect([first.status, first.headers['etag']]).toEqual([202, '"3"']);
    expect(first.body).toMatchObject({ id, status: 'cancelling', version: 3 });
    await expect
      .poll(() => queue.findJob({ orderId: id, dispatch: 2 }))
      .toMatchObject({
        state: 'waiting',
      });
    const second = await cancel(id);
    expect([second.status, second.body]).toEqual([202, first.body]);
    await settle(catalogue.database, id, { kind: 'voided' });
    expect(await cancel(id)).toMatchObject({ status: 200, body: { status: 'cancelled' } });
  });

  test('refuses with 409 what is completed, rejected or failed', async () => {
    const [completed, rejected, failed] = [await placeOne(), await placeOne(), await placeOne()];
    await complete(catalogue.database, completed);
    for (const id of [rejected, failed]) await begin(catalogue.database, id);
    const { database } = catalogue;
    await settle(database, rejected, { kind: 'declined', code: 'stolen', retryable: false });
    await settle(database, failed, { kind: 'refused', code: 'bad' });
    for (const [id, status] of Object.entries({
      [completed]: 'completed',
      [rejected]: 'rejected',
      [failed]: 'failed',
    })) {
      const answer = await cancel(id);
      expectProblem(answer, 409, 'illegal-state');
      expect(answer.body['orderStatus']).toBe(status);
      expect((await read(id)).body['status']).toBe(status);
    }
  });

  test("knows no order of another's, nor one that is not there, equally", async () => {
    const id = await placeOne();
    const headers = { authorization: await bearer('customer-2') };
    const others = await cancel(id, headers);
    const missing = await cancel('01939f2c-6b1e-7c3a-9d7e-5a1f0c2b3d4e', headers);
    expectProblem(others, 404, 'not-found');
    expect({ ...missing.body, requestId: '' }).toEqual({ ...others.body, requestId: '' });
    expect((await read(id)).body['status']).toBe('pending');
  });

  test('is for operators, too, and the log says so', async () => {
    const id = await placeOne();
    const answer = await cancel(id, { authorization: await operatorBearer('olga') });
    expect(answer.status).toBe(200);
    const log = await api.ask({ url: `/orders/${id}/events` });
    expect(log.body['data']).toMatchObject([{}, { type: 'cancelled', actor: 'operator:olga' }]);
  });

  test('honours If-Match, though it does not ask for it', async () => {
    const id = await placeOne();
    expectProblem(await cancel(id, { 'if-match': '"2"' }), 412, 'precondition-failed');
    expectProblem(await cancel(id, { 'if-match': 'W/"1"' }), 412, 'precondition-failed');
    expect((await cancel(id, { 'if-match': '"1"' })).status).toBe(200);
  });

  test('needs a token and an id', async () => {
    expectProblem(await cancel(await placeOne(), { authorization: '' }), 401, 'unauthorized');
    expectProblem(await cancel('1'), 400, 'validation-error');
  });

  test('many at once cancel once', async () => {
    const id = await placeOne();
    const answers = await Promise.all(Array.from({ length: 10 }, () => cancel(id)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await read(id)).body['version']).toBe(2);
  });
});

describe('the body of a cancel', () => {
  test('gives the reason for the log', async () => {
    const id = await placeOne();
    const answer = await cancelWith(id, JSON.stringify({ reason: 'Ordered by mistake' }));
    expect(answer.body).toMatchObject({ status: 'cancelled', reason: 'Ordered by mistake' });
    const log = await api.ask({ url: `/orders/${id}/events` });
    expect(log.body['data']).toMatchObject([{}, { reason: 'Ordered by mistake' }]);
  });

  test.each(['', '{}'])('may be %j', async (payload) => {
    expect((await cancelWith(await placeOne(), payload)).status).toBe(200);
  });

  test.each([
    'null',
    '[]',
    '"x"',
    '{"reason":1}',
    '{"reason":""}',
    '{"reason":"\\u0000"}',
    '{"status":"cancelled"}',
    `{"reason":"${'x'.repeat(501)}"}`,
  ])('must not be %s', async (payload) => {
    const id = await placeOne();
    expectProblem(await cancelWith(id, payload), 400, 'validation-error');
    expect((await read(id)).body['status']).toBe('pending');
  });

  test('must be JSON when there is one', async () => {
    const id = await placeOne();
    expectProblem(await cancelWith(id, '{'), 400, 'malformed-json');
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=utf-16',
    ]) {
      const answer = await cancelWith(id, '{}', { 'content-type': type });
      expectProblem(answer, 415, 'unsupported-media-type');
    }
    expect((await read(id)).body['status']).toBe('pending');
  });
});
