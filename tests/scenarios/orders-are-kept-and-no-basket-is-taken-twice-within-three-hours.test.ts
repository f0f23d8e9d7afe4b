import { orderSchema } from '@orders/domain/contracts/order';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openShop, type Shop } from './open-shop.ts';

const MUG = 'MUG-OF-CLAY';
const [FIRST, SECOND] = ['BACKPACK-0001', 'BLANKET-0001'];
const BASKET = [
  { sku: FIRST, quantity: 2 },
  { sku: SECOND, quantity: 1 },
];

let shop: Shop;
beforeAll(async () => {
  // The window is the one of production: three hours.
  shop = await openShop();
  await shop.offer({ sku: MUG, priceMinor: 1_250 });
});
afterAll(() => shop?.close());

const post = (as: string, body: object) => shop.ask('POST', '/orders', { as, body });

describe('an order', () => {
  test('is created at the prices of the catalogue, and reads back as it was answered', async () => {
    const items = [{ sku: MUG, quantity: 3 }];
    const { status, headers, body } = await post('ada', { items, metadata: { note: 'blue' } });
    const order = orderSchema.parse(body);
    expect([status, headers.get('location')]).toEqual([201, `/orders/${order.id}`]);
    expect(order).toMatchObject({
      customerId: 'ada',
      items: [{ sku: MUG, quantity: 3, unitPrice: { amount: 1_250, currency: 'USD' } }],
      total: { amount: 3_750, currency: 'USD' },
      metadata: { note: 'blue' },
    });
    const { items: kept, total, metadata, createdAt } = order;
    expect(await shop.read(order.id)).toMatchObject({ items: kept, total, metadata, createdAt });
    expect((await shop.list('', 'ada')).map(({ id }) => id)).toEqual([order.id]);
  });

  test('is nobody else’s to read, to change or to delete', async () => {
    const { id } = await shop.place({ customerId: 'bea', items: [{ sku: MUG, quantity: 1 }] });
    const headers = { 'if-match': '"1"' };
    const body = { items: [{ sku: MUG, quantity: 9 }] };
    const answers = await Promise.all([
      shop.ask('GET', `/orders/${id}`, { as: 'ada' }),
      shop.ask('PATCH', `/orders/${id}`, { as: 'ada', headers, body }),
      shop.ask('DELETE', `/orders/${id}`, { as: 'ada' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
  });

  test('is changed while it waits, by whoever has seen its latest version', async () => {
    const { id } = await shop.place({ customerId: 'cyd', items: [{ sku: MUG, quantity: 2 }] });
    const { version } = await shop.until(id, 'backordered');
    const headers = { 'if-match': `"${version}"` };
    const change = { as: 'cyd', headers, body: { items: [{ sku: MUG, quantity: 4 }] } };
    const changed = await shop.ask('PATCH', `/orders/${id}`, change);
    expect([changed.status, orderSchema.parse(changed.body).total.amount]).toEqual([200, 5_000]);
    expect((await shop.read(id)).items).toMatchObject([{ sku: MUG, quantity: 4 }]);
    expect((await shop.ask('PATCH', `/orders/${id}`, change)).status).toBe(412);
  });

  test('is changed no more when it is completed, and deleted neither', async () => {
    const { id } = await shop.place({ customerId: 'dan', items: BASKET });
    const { version } = await shop.until(id, 'completed');
    const headers = { 'if-match': `"${version}"` };
    const body = { items: [{ sku: FIRST, quantity: 1 }] };
    const changed = await shop.ask('PATCH', `/orders/${id}`, { as: 'dan', headers, body });
    const deleted = await shop.ask('DELETE', `/orders/${id}`, { as: 'dan' });
    expect([changed.status, deleted.status]).toEqual([409, 409]);
    expect((await shop.read(id)).status).toBe('completed');
  });

  test('that is deleted is cancelled, stays in the books, and deleting it again changes nothing', async () => {
    const { id } = await shop.place({ customerId: 'eve', items: [{ sku: MUG, quantity: 1 }] });
    await shop.until(id, 'backordered');
    for (let time = 0; time < 2; time += 1) {
      expect((await shop.ask('DELETE', `/orders/${id}`, { as: 'eve' })).status).toBe(200);
    }
    expect((await shop.list('?status=cancelled', 'eve')).map((order) => order.id)).toEqual([id]);
    expect((await shop.log(id)).filter(({ to }) => to === 'cancelled')).toMatchObject([
      { actor: 'customer:eve' },
    ]);
  });
});

/** As if the order had been placed so much earlier. */
async function setBack(orderId: string, seconds: number): Promise<void> {
  await shop.system.database.prisma.$executeRaw`
    UPDATE orders SET created_at = now() - make_interval(secs => ${seconds}::double precision)
     WHERE id = ${orderId}::uuid`;
}

describe('the same basket of the same customer', () => {
  test('is refused for three hours, naming the order that exists, and taken afterwards', async () => {
    const first = await shop.place({ customerId: 'fay', items: BASKET });
    await shop.until(first.id, 'completed');
    // Whether in another sequence or in parts, it is the same basket.
    const same = [BASKET[1], { sku: FIRST, quantity: 1 }, { sku: FIRST, quantity: 1 }];
    const refusal = { type: '/problems/duplicate-order', existingOrderId: first.id };
    for (const items of [BASKET, same]) {
      expect(await post('fay', { items })).toMatchObject({ status: 409, body: refusal });
    }
    await setBack(first.id, 3 * 3_600 - 60);
    expect(await post('fay', { items: BASKET })).toMatchObject({ status: 409, body: refusal });
    await setBack(first.id, 3 * 3_600 + 1);
    expect((await post('fay', { items: BASKET })).status).toBe(201);
  });

  test('is taken once, however many ask for it at the same moment', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => post('gus', { items: BASKET })),
    );
    const placed = answers.filter(({ status }) => status === 201);
    expect(placed).toHaveLength(1);
    const { id } = orderSchema.parse(placed[0]?.body);
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused).toHaveLength(39);
    for (const { body } of refused) expect(body).toMatchObject({ existingOrderId: id });
    expect(await shop.list('', 'gus')).toHaveLength(1);
  });

  test('is taken for another customer, in another quantity, when it is wanted twice, or when the first was cancelled', async () => {
    const items = [{ sku: MUG, quantity: 7 }];
    const { id } = await shop.place({ customerId: 'hal', items });
    expect((await post('ivy', { items })).status).toBe(201);
    expect((await post('hal', { items: [{ sku: MUG, quantity: 8 }] })).status).toBe(201);
    expect((await post('hal', { items })).status).toBe(409);
    const twice = await post('hal', { items, allowDuplicate: true });
    expect(twice.status).toBe(201);
    for (const one of [id, orderSchema.parse(twice.body).id]) {
      expect((await shop.ask('DELETE', `/orders/${one}`, { as: 'hal' })).status).toBe(200);
    }
    expect((await post('hal', { items })).status).toBe(201);
  });

  test('asked again under the same key is the same order, not a duplicate', async () => {
    const memory = shop.system.client.wish({ customerId: 'jan', items: BASKET });
    const answers = [];
    for (let time = 0; time < 3; time += 1) answers.push(await shop.system.client.ask(memory));
    expect(answers.map(({ status, replayed }) => [status, replayed])).toEqual([
      [201, false],
      [201, true],
      [201, true],
    ]);
    expect(await shop.list('', 'jan')).toHaveLength(1);
    expect(shop.system.client.contradictions()).toEqual([]);
  });
});
