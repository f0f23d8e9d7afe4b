import { beginOrders } from '@orders/database/orders/begin-orders';
import { PRODUCTION_RETRY_POLICY } from '@orders/domain/retry-policy';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KEYBOARD, MOUSE, TYPEWRITER } from './catalogue.ts';
import { nextQuery, type Operating, startOperating, STOCK } from './operating.ts';
import { operatorBearer } from './tokens.ts';

let on: Operating;
beforeAll(async () => {
  on = await startOperating();
});
afterAll(() => on?.close());

const PATH = '/admin/inventory';
let keys = 0;

function adjust(
  sku: string,
  delta: number,
  { key = `key-${(keys += 1)}`, reason = 'counted' }: { key?: string; reason?: string } = {},
) {
  const headers = { 'idempotency-key': key };
  return on.send('POST', `${PATH}/${sku}/adjustments`, { delta, reason }, headers);
}

/** Places an order and lets a worker look for its stock. */
async function demand(sku: string, quantity: number): Promise<string> {
  const { body } = await on.api.place({ items: [{ sku, quantity }], allowDuplicate: true });
  const orderId = String(body['id']);
  const runs = [{ orderId, dispatch: 1 }];
  await beginOrders(on.catalogue.database, runs, PRODUCTION_RETRY_POLICY);
  return orderId;
}

const skusOf = (body: Record<string, unknown>): unknown[] =>
  Array.isArray(body['data']) ? body['data'].map(({ sku }) => sku) : [];

describe('adjusting', () => {
  test('changes what is on hand and says so, with who and why', async () => {
    const { status, body } = await adjust(KEYBOARD, -5, { reason: 'broken' });
    expect(status).toBe(201);
    expect(body).toEqual({ sku: KEYBOARD, delta: -5, reason: 'broken', onHand: STOCK - 5 });
    expect((await on.get(`${PATH}/${KEYBOARD}`)).body).toMatchObject({
      onHand: STOCK - 5,
      movements: [
        { kind: 'adjustment', delta: -5, balance: STOCK - 5, actor: 'operator:olga' },
        { kind: 'seed', delta: STOCK, balance: STOCK },
      ],
    });
    await adjust(KEYBOARD, 5);
  });

  test('with the same key, ten at once adjust once and all get the same answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => adjust(MOUSE, 7, { key: 'delivery-1' })),
    );
    for (const { status, body } of answers) {
      expect([status, body['onHand']]).toEqual([201, STOCK + 7]);
    }
    const replayed = answers.filter(({ headers }) => headers['idempotency-replayed'] === 'true');
    expect(replayed).toHaveLength(9);
    expect((await on.get(`${PATH}/${MOUSE}`)).body['onHand']).toBe(STOCK + 7);
    await adjust(MOUSE, 1);
    expect((await adjust(MOUSE, 7, { key: 'delivery-1' })).body['onHand']).toBe(STOCK + 7);
    await adjust(MOUSE, -8);
  });

  test('with the key of another adjustment it is refused', async () => {
    await adjust(MOUSE, 1, { key: 'delivery-2' });
    for (const answer of [
      await adjust(MOUSE, 2, { key: 'delivery-2' }),
      await adjust(KEYBOARD, 1, { key: 'delivery-2' }),
      await adjust(MOUSE, 1, { key: 'delivery-2', reason: 'other' }),
    ]) {
      expect([answer.status, answer.body['type']]).toEqual([
        422,
        '/problems/idempotency-key-reused',
      ]);
    }
    await adjust(MOUSE, -1);
  });

  test('keys of two operators are apart', async () => {
    await adjust(MOUSE, 1, { key: 'mine' });
    const headers = { authorization: await operatorBearer('otto'), 'idempotency-key': 'mine' };
    const body = { delta: -1, reason: 'not there' };
    const answer = await on.send('POST', `${PATH}/${MOUSE}/adjustments`, body, headers);
    expect([answer.status, answer.body['onHand']]).toEqual([201, STOCK]);
  });

  test('without a key it is refused: repeated, a delivery would be counted twice', async () => {
    const body = { delta: 1, reason: 'counted' };
    const answer = await on.send('POST', `${PATH}/${MOUSE}/adjustments`, body);
    expect([answer.status, answer.body['type']]).toEqual([
      400,
      '/problems/idempotency-key-invalid',
    ]);
  });

  test('more than is there cannot go, and an unknown SKU has no stock', async () => {
    const below = await adjust(MOUSE, -STOCK - 1);
    expect([below.status, below.body['onHand']]).toEqual([409, STOCK]);
    expect((await adjust('NOTHING-1', 1)).status).toBe(404);
    expect((await adjust(TYPEWRITER, 1)).status).toBe(404);
  });

  test.each([0, 1.5, 1e10, '1', null])('a delta of %j is refused', async (delta) => {
    const headers = { 'idempotency-key': 'x' };
    const body = { delta, reason: 'counted' };
    const answer = await on.send('POST', `${PATH}/${MOUSE}/adjustments`, body, headers);
    expect(answer.status).toBe(400);
  });

  test('a customer may not', async () => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'x' };
    const payload = JSON.stringify({ delta: 1, reason: 'gift' });
    const url = `${PATH}/${MOUSE}/adjustments`;
    expect((await on.api.ask({ method: 'POST', url, headers, payload })).status).toBe(403);
    expect((await on.api.ask({ url: PATH })).status).toBe(403);
  });
});

describe('looking', () => {
  test('the list goes by SKU, page by page', async () => {
    const first = await on.get(`${PATH}?limit=1`);
    expect(skusOf(first.body)).toEqual([KEYBOARD]);
    const second = await on.get(`${PATH}${nextQuery(first)}`);
    expect([skusOf(second.body), second.body['nextCursor']]).toEqual([[MOUSE], null]);
  });

  test('what is promised and not there is a shortfall; who waits is shown in line', async () => {
    await demand(KEYBOARD, 4);
    await adjust(KEYBOARD, -(STOCK - 1));
    const [early, late] = [await demand(KEYBOARD, 2), await demand(KEYBOARD, 3)];
    const { body } = await on.get(`${PATH}/${KEYBOARD}`);
    expect(body).toMatchObject({
      onHand: 1,
      reserved: 4,
      available: -3,
      shortfall: { missing: 3 },
      waiting: {
        orders: 2,
        units: 5,
        first: [
          { orderId: early, quantity: 2 },
          { orderId: late, quantity: 3 },
        ],
      },
    });
    expect(skusOf((await on.get(`${PATH}?short=true`)).body)).toEqual([KEYBOARD]);
    await adjust(KEYBOARD, STOCK);
    expect(skusOf((await on.get(`${PATH}?short=true`)).body)).toEqual([]);
    expect((await on.get(`${PATH}/${KEYBOARD}`)).body['shortfall']).toBeNull();
  });

  test('an unknown SKU is 404, and one that cannot be is 400', async () => {
    expect((await on.get(`${PATH}/NOTHING-1`)).status).toBe(404);
    expect((await on.get(`${PATH}/nothing`)).status).toBe(400);
    expect((await on.get(`${PATH}?short=maybe`)).status).toBe(400);
  });
});
