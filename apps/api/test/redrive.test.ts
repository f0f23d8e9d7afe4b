import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failByItself, failByPayment, placeOne } from './fail-order.ts';
import { idsOf, type Operating, startOperating } from './operating.ts';

let on: Operating;
beforeAll(async () => {
  on = await startOperating();
});
afterAll(() => on?.close());

const get = (url: string) => on.get(`/admin/dead-letters${url}`);
const post = (url: string, body: unknown = {}) =>
  on.send('POST', `/admin/dead-letters${url}`, body);

async function statusOf(orderId: string): Promise<unknown> {
  return (await on.api.ask({ url: `/orders/${orderId}/status` })).body['status'];
}

describe('redriving', () => {
  test('sends the order on its way at once, in the name of the operator', async () => {
    const { orderId, letterId } = await failByItself(on.catalogue, await placeOne(on.api));
    const { status, body } = await post(`/${letterId}/redrive`);
    expect([status, body]).toEqual([200, { id: letterId, orderId, status: 'pending' }]);
    expect(await on.queue.findJob({ orderId, dispatch: 2 })).toMatchObject({ state: 'waiting' });
    const { body: details } = await get(`/${letterId}`);
    expect(details).toMatchObject({ state: 'redriven', closedBy: 'operator:olga' });
    expect(details['events']).toMatchObject([{}, {}, { type: 'redriven', actor: 'operator:olga' }]);
    expect(on.api.log).toContainEqual(
      expect.objectContaining({ act: 'redrive', actor: 'operator:olga', orderId }),
    );
  });

  test('asks for no body, and without one for no type', async () => {
    const { orderId, letterId } = await failByItself(on.catalogue, await placeOne(on.api));
    const { status, body } = await on.send('POST', `/admin/dead-letters/${letterId}/redrive`);
    expect([status, body]).toEqual([200, { id: letterId, orderId, status: 'pending' }]);
  });

  test('a second time is 409, also of ten at once', async () => {
    const { letterId } = await failByItself(on.catalogue, await placeOne(on.api));
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => post(`/${letterId}/redrive`)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(9);
    expect(answers.find(({ status }) => status === 409)?.body['type']).toBe(
      '/problems/already-redriven',
    );
  });

  test('an order with a live twin needs force', async () => {
    const failed = await failByItself(on.catalogue, await placeOne(on.api, 901));
    const twin = await placeOne(on.api, 901);
    const refused = await post(`/${failed.letterId}/redrive`);
    expect([refused.status, refused.body['existingOrderId']]).toEqual([409, twin]);
    expect(refused.body['type']).toBe('/problems/duplicate-order');
    expect((await post(`/${failed.letterId}/redrive`, { force: true })).status).toBe(200);
  });
});

describe('discarding and resolving', () => {
  test('an order that was not charged is cancelled', async () => {
    const { orderId, letterId } = await failByItself(on.catalogue, await placeOne(on.api));
    const { body } = await post(`/${letterId}/discard`, { reason: 'not wanted any more' });
    expect(body).toEqual({ id: letterId, orderId, status: 'cancelled' });
    expect((await get(`/${letterId}`)).body).toMatchObject({
      state: 'discarded',
      note: 'not wanted any more',
    });
    expect((await post(`/${letterId}/discard`, { reason: 'again' })).status).toBe(409);
  });

  test('an order whose money may have moved is cancelled by way of the provider', async () => {
    const { orderId, letterId } = await failByPayment(on.catalogue, await placeOne(on.api));
    const { body } = await post(`/${letterId}/discard`, { reason: 'not wanted any more' });
    expect(body['status']).toBe('cancelling');
    expect(await on.queue.findJob({ orderId, dispatch: 2 })).not.toBeNull();
  });

  test('a payment that was found is resolved with its reference', async () => {
    const { orderId, letterId } = await failByPayment(on.catalogue, await placeOne(on.api));
    const unnamed = await post(`/${letterId}/resolve`, { outcome: 'charged', reason: 'seen' });
    expect([unnamed.status, unnamed.body['errors']]).toMatchObject([
      400,
      [{ pointer: '/reference' }],
    ]);
    const resolution = { outcome: 'charged', reference: 'ch_77', reason: 'seen' };
    const { status } = await post(`/${letterId}/resolve`, resolution);
    expect([status, await statusOf(orderId)]).toEqual([200, 'reserved']);
    expect((await get(`/${letterId}`)).body).toMatchObject({
      state: 'resolved',
      payments: [{ outcome: 'captured', chargeId: 'ch_77' }],
    });
  });

  test('there is nothing to resolve when the outcome is known', async () => {
    const refused = { kind: 'refused', code: 'bad_request' } as const;
    const { letterId } = await failByPayment(on.catalogue, await placeOne(on.api), refused);
    const resolution = { outcome: 'not_charged', reason: 'seen' };
    const { status, body } = await post(`/${letterId}/resolve`, resolution);
    expect([status, body['type']]).toEqual([409, '/problems/illegal-state']);
  });

  test.each([{}, { reason: '' }, { reason: 'x', outcome: 'maybe' }, { reason: '\u0000' }])(
    '%j is refused',
    async (body) => {
      const url = '/01939f2c-9c4e-7d10-8f7a-3b2c1d0e9f8a/resolve';
      expect((await post(url, body)).status).toBe(400);
    },
  );
});

describe('redriving many', () => {
  const refuse = { kind: 'gave-up', reason: 'payment_unavailable', error: 'away' } as const;
  const filter = { reason: 'payment_unavailable' };
  const redrive = (expectedCount: number, dryRun = false) =>
    post('/redrive', { filter, expectedCount, dryRun });

  test('says how many match, and does nothing unless as many were expected', async () => {
    for (let n = 0; n < 6; n += 1)
      await failByPayment(on.catalogue, await placeOne(on.api), refuse);
    expect((await redrive(0, true)).body).toEqual({
      matching: 6,
      dryRun: true,
      redriven: 0,
      refused: [],
    });
    for (const expectedCount of [0, 5, 7]) {
      const { status, body } = await redrive(expectedCount);
      expect([status, body['matching'], body['expectedCount']]).toEqual([409, 6, expectedCount]);
    }
    expect(idsOf(await get('?state=open&reason=payment_unavailable'))).toHaveLength(6);
  });

  test('two at once redrive each order once', async () => {
    const orders = await on.catalogue.database.prisma.deadLetter.findMany({
      where: { state: 'open', ...filter },
    });
    const answers = await Promise.all([redrive(6), redrive(6)]);
    const done = answers.map(({ body }) => Number(body['redriven'] ?? 0));
    expect(done.reduce((sum, count) => sum + count, 0)).toBe(6);
    for (const { orderId } of orders) {
      const { body } = await on.api.ask({ url: `/orders/${orderId}/events` });
      const events = JSON.stringify(body['data']).match(/"type":"redriven"/g);
      expect(events).toHaveLength(1);
    }
    expect((await redrive(0)).body).toMatchObject({ matching: 0, redriven: 0 });
  });
});
