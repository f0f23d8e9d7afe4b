import { warehouseSyncDetailsSchema } from '@orders/domain/contracts/warehouse-sync';
import { productListSchema } from '@orders/domain/contracts/product';
import { waitUntil } from '@orders/local-services/wait-until';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askForSync, countShelves, deliver } from '../harness/warehouse.ts';
import { openShop, type Shop } from './open-shop.ts';
import { isDescribed, readCollection } from './read-collection.ts';

// Migrating the categories under traffic is shown in tests/migration, a run of the whole collection
// in tests/collection, and what a warehouse can do wrong in tests/faults.
let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ warehouse: true, workerEnv: { BACKORDER_MAX_WAIT_SECONDS: '6' } });
});
afterAll(() => shop?.close());

/** A product of which there are so many. */
async function stock(sku: string, units: number): Promise<string> {
  await shop.offer({ sku, priceMinor: 2_000 });
  await shop.addStock(sku, units);
  return sku;
}

test.concurrent('stock is checked: what is there is reserved, what is not is refused as out of stock after its wait', async () => {
  const sku = await stock('CHECKED', 2);
  const enough = await shop.place({ items: [{ sku, quantity: 2 }], simulate: 'delay:1200' });
  await shop.until(enough.id, 'reserved');
  expect(await shop.stockOf(sku)).toMatchObject({ onHand: 2, reserved: 2, available: 0 });
  const short = await shop.place({ items: [{ sku, quantity: 1 }] });
  await shop.until(short.id, 'backordered');
  expect(await shop.until(short.id, 'rejected')).toMatchObject({ reason: 'out_of_stock' });
  await shop.until(enough.id, 'completed');
  expect(await shop.stockOf(sku)).toMatchObject({ onHand: 0, reserved: 0, available: 0, sold: 2 });
  expect((await shop.system.provider.ledger(short.id)).charges).toEqual([]);
});

test.concurrent('what is not in the catalogue is refused at once, by name', async () => {
  const body = { items: [{ sku: 'NO-SUCH-THING', quantity: 1 }] };
  expect(await shop.ask('POST', '/orders', { as: 'pia', body })).toMatchObject({
    status: 422,
    body: { type: '/problems/unknown-sku' },
  });
});

test.concurrent.each([
  ['that is declined twice for now is tried three times', 'decline-soft:2', 3],
  ['whose provider fails twice is asked for again under the same key', '500:2', 1],
  ['whose answer is lost is looked up and not charged again', 'drop', 1],
])('a payment %s, and charged once', async (_, simulate, attempts) => {
  const { id, total } = await shop.place({ simulate });
  await shop.until(id, 'completed');
  const { charges } = await shop.system.provider.ledger(id);
  expect(charges.filter(({ status }) => status === 'captured')).toMatchObject([
    { amount: total.amount },
  ]);
  expect(new Set(charges.map(({ key }) => key)).size).toBe(attempts);
});

test.concurrent.each([
  ['is declined for good', 'decline'],
  ['was declined three times', 'decline-soft:always'],
])(
  'the stock of an order whose payment %s is released, and may be sold to the next',
  async (_, simulate) => {
    const sku = await stock(`RELEASED-${simulate.replaceAll(/\W/g, '-').toUpperCase()}`, 1);
    const { id } = await shop.place({ items: [{ sku, quantity: 1 }], simulate });
    expect(await shop.until(id, 'rejected')).toMatchObject({ reason: 'payment_declined' });
    expect(await shop.stockOf(sku)).toMatchObject({
      onHand: 1,
      reserved: 0,
      available: 1,
      sold: 0,
    });
    const next = await shop.place({ items: [{ sku, quantity: 1 }] });
    await shop.until(next.id, 'completed');
  },
);

test.concurrent.each([
  ['is under way', 'delay:1200', 0],
  ['was captured without an answer', 'hang-after', 1],
])(
  'an order cancelled while its payment %s gives back its stock, and no money is kept',
  async (_, simulate, captures) => {
    const sku = await stock(`CANCELLED-${captures}`, 5);
    const { id, total } = await shop.place({ items: [{ sku, quantity: 5 }], simulate });
    await shop.until(id, 'reserved');
    await waitUntil(
      async () => {
        const { charges } = await shop.system.provider.ledger(id);
        return charges.filter(({ status }) => status === 'captured').length === captures;
      },
      { what: `${captures} captures`, timeoutMs: 10_000 },
    );
    const body = { reason: 'ordered by mistake' };
    expect((await shop.ask('POST', `/orders/${id}/cancel`, { body })).status).toBe(202);
    await shop.until(id, 'cancelled');
    expect(await shop.stockOf(sku)).toMatchObject({
      onHand: 5,
      reserved: 0,
      available: 5,
      sold: 0,
    });
    const { charges } = await shop.system.provider.ledger(id);
    const captured = charges.filter(({ status }) => status === 'captured');
    expect(captured.length).toBeGreaterThanOrEqual(captures);
    for (const { amount, refundedAmount } of captured) {
      expect([amount, refundedAmount]).toEqual([total.amount, total.amount]);
    }
  },
);

test('the log of an order tells each step without a gap: from what to what, by whom, and why', async () => {
  const sku = await shop.offer({ sku: 'LOGGED', priceMinor: 100 });
  const { id } = await shop.place({ customerId: 'quin', items: [{ sku, quantity: 1 }] });
  await shop.until(id, 'backordered');
  const body = { reason: 'found it cheaper' };
  await shop.ask('POST', `/orders/${id}/cancel`, { as: 'quin', body });
  const log = await shop.log(id);
  expect(log.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(log).toMatchObject([
    { from: null, to: 'pending', actor: 'customer:quin' },
    { from: 'pending', to: 'backordered', actor: 'system' },
    { from: 'backordered', to: 'cancelled', actor: 'customer:quin', reason: 'found it cheaper' },
  ]);
  expect((await shop.read(id)).version).toBe(3);
  const completed = await shop.place();
  await shop.until(completed.id, 'completed');
  const steps = await shop.log(completed.id);
  expect(steps.map(({ to }) => to)).toEqual(['pending', 'reserved', 'completed']);
});

test('what arrives at the warehouse is in stock after the next sync, which tells what it changed, and whoever waits gets it', async () => {
  const { system } = shop;
  const sku = await shop.offer({ sku: 'SYNCED', priceMinor: 100 });
  await countShelves(system);
  await shop.untilSynced(await askForSync(system));
  await deliver(system, sku, 4);

  const dry = await shop.ask('POST', '/admin/warehouse-syncs', { body: { dryRun: true } });
  const { id: dryId } = warehouseSyncDetailsSchema.pick({ id: true }).parse(dry.body);
  const row = { sku, outcome: 'changed', before: 0, after: 4 };
  expect(await shop.untilSynced(dryId)).toMatchObject({
    dryRun: true,
    rowsChanged: 1,
    rows: [row],
  });
  expect(await shop.stockOf(sku)).toMatchObject({ onHand: 0 });

  const { id } = await shop.place({ items: [{ sku, quantity: 3 }] });
  await shop.until(id, 'backordered');
  const sync = await shop.untilSynced(await askForSync(system));
  expect(sync).toMatchObject({
    state: 'completed',
    actor: 'operator:olga',
    rowsChanged: 1,
    rows: [row],
  });
  await shop.until(id, 'completed');
  const { movements, ...left } = await shop.stockOf(sku);
  expect(left).toMatchObject({ onHand: 1, available: 1, sold: 3 });
  expect(movements[0]).toMatchObject({ kind: 'warehouse', delta: 4, balance: 4 });
});

test('a product is in as many categories as it belongs to, and leaves one without touching what was ordered', async () => {
  for (const slug of ['for-tea', 'gifts']) {
    const made = await shop.ask('PUT', `/categories/${slug}`, { body: { name: slug } });
    expect(made.status).toBe(201);
  }
  const sku = await shop.offer({
    sku: 'TEAPOT',
    priceMinor: 3_000,
    categories: ['gifts', 'for-tea'],
  });
  const inCategory = async (slug: string): Promise<string[]> => {
    const { body } = await shop.ask('GET', `/products?category=${slug}`, { as: 'rob' });
    return productListSchema.parse(body).data.map((product) => product.sku);
  };
  expect([await inCategory('for-tea'), await inCategory('gifts')]).toEqual([[sku], [sku]]);
  const { id } = await shop.place({ items: [{ sku, quantity: 1 }] });
  await shop.offer({ sku, priceMinor: 9_900, categories: ['for-tea'] });
  expect([await inCategory('for-tea'), await inCategory('gifts')]).toEqual([[sku], []]);
  expect((await shop.read(id)).total.amount).toBe(3_000);
});

test('every request of the collection is one that the API describes', async () => {
  const { body: document } = await shop.ask('GET', '/openapi.json');
  const requests = await readCollection();
  expect(requests.length).toBeGreaterThan(20);
  expect(requests.filter((request) => !isDescribed(request, document))).toEqual([]);
});

test('after all of it every promise was kept', async () => {
  await waitUntil(async () => (await shop.metrics()).orderCountsCoarse.Processing === 0, {
    what: 'nothing to be under way',
    timeoutMs: 10_000,
  });
  expect(await shop.system.violations()).toEqual([]);
});
