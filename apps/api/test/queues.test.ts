import { recordHeartbeat } from '@orders/database/scaling/record-heartbeat';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { placeOne } from './fail-order.ts';
import { type Operating, startOperating } from './operating.ts';

let on: Operating;
beforeAll(async () => {
  on = await startOperating({ SCALING_ORDERS_PER_SECOND: '1', SCALING_DRAIN_SECONDS: '1' });
});
afterAll(() => on?.close());

const switchQueue = (name: string, act: string) => on.send('POST', `/admin/queues/${name}/${act}`);
const waiting = async (): Promise<unknown> => {
  const { body } = await on.get('/admin/scaling');
  return body['waiting'];
};

describe('queues', () => {
  test('are counted, paused and resumed; what waits is counted all the same', async () => {
    await placeOne(on.api);
    await expect.poll(waiting).toBe(1);
    for (const paused of [true, false]) {
      const { status, body } = await switchQueue('orders-0', paused ? 'pause' : 'resume');
      expect([status, body]).toEqual([200, { name: 'orders-0', paused }]);
      expect((await on.get('/admin/queues')).body).toEqual({
        data: [
          {
            name: 'orders-0',
            shard: 0,
            waiting: 1,
            active: 0,
            delayed: 0,
            paused,
            oldestWaitingSeconds: expect.any(Number),
          },
        ],
        nextCursor: null,
      });
    }
    expect(on.api.log).toContainEqual(
      expect.objectContaining({ msg: 'A queue was paused.', actor: 'operator:olga' }),
    );
  });

  test('an unknown one is 404, and a name that cannot be is 400', async () => {
    expect((await switchQueue('orders-7', 'pause')).status).toBe(404);
    expect((await switchQueue('invoices', 'pause')).status).toBe(400);
  });

  test('customers may neither look nor switch', async () => {
    expect((await on.api.ask({ url: '/admin/queues' })).status).toBe(403);
    const url = '/admin/queues/orders-0/pause';
    expect((await on.api.ask({ method: 'POST', url })).status).toBe(403);
  });
});

describe('scaling', () => {
  test('says what there is to do, who does it, and how many should', async () => {
    for (let n = 0; n < 3; n += 1) await placeOne(on.api);
    await expect.poll(waiting).toBe(4);
    await recordHeartbeat(on.catalogue.database, uuidv7());
    await on.catalogue.database.prisma.orderSample.create({
      data: { at: new Date(Date.now() - 10_000), placed: -36, finished: 0 },
    });
    const { body } = await on.get('/admin/scaling');
    expect(Object.keys(body).sort()).toEqual([
      'active',
      'arrivalPerSecond',
      'completionPerSecond',
      'degraded',
      'delayed',
      'desiredWorkers',
      'drainSeconds',
      'oldestWaitingSeconds',
      'waiting',
      'workers',
    ]);
    expect(body).toMatchObject({
      waiting: 4,
      delayed: 0,
      active: 0,
      completionPerSecond: 0,
      drainSeconds: null,
      workers: 1,
      degraded: false,
    });
    expect(body['arrivalPerSecond']).toBeCloseTo(4, 0);
    expect(body['desiredWorkers']).toBeGreaterThanOrEqual(7);
    expect(body['oldestWaitingSeconds']).toBeGreaterThan(0);
  });

  test('is told from PostgreSQL alone while Redis is away, and never 0 because of it', async () => {
    await on.redis.close();
    await expect.poll(async () => (await on.get('/admin/scaling')).body['degraded']).toBe(true);
    const { status, body } = await on.get('/admin/scaling');
    expect(status).toBe(200);
    expect(body).toMatchObject({ waiting: 4, workers: 1, degraded: true });
    expect(body['oldestWaitingSeconds']).toBeGreaterThan(0);
    expect(body['desiredWorkers']).toBeGreaterThanOrEqual(4);

    for (const answer of [await on.get('/admin/queues'), await switchQueue('orders-0', 'pause')]) {
      expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
    }
  });
});
