import type { Order } from '@orders/domain/contracts/order';
import { orderListSchema } from '@orders/domain/contracts/order-requests';
import { waitUntil } from '@orders/local-services/wait-until';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, type Shop } from './open-shop.ts';

let shop: Shop;
beforeAll(async () => {
  // One order at a time, so that it can be seen which one it is.
  shop = await openShop({ workers: [{ env: { WORKER_CONCURRENCY: '1' } }] });
});
afterAll(() => shop?.close());

const isServed = ({ status }: Order): boolean => status === 'reserved' || status === 'completed';
const idsOf = (orders: readonly Order[]): string[] => orders.map(({ id }) => id);

/** The latest orders as one page shows them, in the order of their arrival. */
async function readLine(ids: readonly string[]): Promise<Order[]> {
  const page = await shop.list('?limit=100');
  return page.filter(({ id }) => ids.includes(id)).toReversed();
}

test('orders that waited for a worker are picked up in the order of their arrival', async () => {
  const [worker] = shop.system.workers;
  await worker?.stop();
  const ids: string[] = [];
  for (let n = 0; n < 25; n += 1) ids.push((await shop.place()).id);
  expect(idsOf(await shop.list('?status=pending&limit=100'))).toEqual(ids.toReversed());
  await worker?.start();
  for (const id of ids) await shop.until(id, 'completed');
  const line = await readLine(ids);
  expect(idsOf(line)).toEqual(ids);
  const pickUps = line.map(({ processingStartedAt }) => Date.parse(processingStartedAt ?? ''));
  expect(pickUps).toEqual(pickUps.toSorted((a, b) => a - b));
  expect(new Set(pickUps).size).toBeGreaterThan(1);
});

test('the list leads page by page through all orders, newest first, by status and by customer', async () => {
  const customerId = 'noa';
  const ids: string[] = [];
  for (let quantity = 1; quantity <= 5; quantity += 1) {
    const items = [{ sku: shop.system.sku, quantity }];
    ids.push((await shop.place({ customerId, items })).id);
  }
  for (const id of ids) await shop.until(id, 'completed');
  const pages: string[][] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const next: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const { body } = await shop.ask('GET', `/orders?limit=2&status=completed${next}`, {
      as: customerId,
    });
    const page = orderListSchema.parse(body);
    pages.push(idsOf(page.data));
    cursor = page.nextCursor;
  }
  expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
  expect(pages.flat()).toEqual(ids.toReversed());
  expect(idsOf(await shop.list(`?customerId=${customerId}`))).toEqual(ids.toReversed());
  expect(await shop.list('?status=pending', customerId)).toEqual([]);
});

test('with stock arriving unit by unit each order completes when it is its turn, and no small or new one overtakes it', async () => {
  const sku = await shop.offer({ sku: 'RARE-ONE', priceMinor: 900 });
  const wanted = [3, 1, 2, 1, 1, 4, 1, 2];
  const line: { id: string; quantity: number }[] = [];
  const join = async (quantity: number): Promise<void> => {
    const { id } = await shop.place({ items: [{ sku, quantity }] });
    line.push({ id, quantity });
    await shop.until(id, 'backordered');
  };
  for (const quantity of wanted) await join(quantity);
  const { Pending } = (await shop.metrics()).orderCountsCoarse;
  expect(Pending).toBe(wanted.length);
  expect((await shop.stockOf(sku)).waiting).toMatchObject({ orders: 8, units: 15 });

  for (let turn = 0; turn < line.length; turn += 1) {
    const { id, quantity } = line[turn] ?? { id: '', quantity: 0 };
    for (let unit = 0; unit < quantity; unit += 1) {
      await shop.addStock(sku, 1);
      // Who comes now finds a unit on the shelf that is meant for somebody else.
      if (turn < 4 && unit < quantity - 1) await join(1);
    }
    await shop.until(id, 'completed');
    const seen = await readLine(line.map((order) => order.id));
    expect(idsOf(seen.filter(isServed))).toEqual(line.slice(0, turn + 1).map((order) => order.id));
  }
  const times = (await readLine(line.map(({ id }) => id))).map((order) =>
    Date.parse(order.completedAt ?? ''),
  );
  expect(times).toHaveLength(line.length);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  const sold = line.reduce((sum, { quantity }) => sum + quantity, 0);
  expect(await shop.stockOf(sku)).toMatchObject({ available: 0, sold });
});

test('with new orders coming between small lots and several workers, nobody is served while what has arrived does not suffice for all before him', async () => {
  for (let more = 0; more < 2; more += 1) await (await shop.system.addWorker()).ready();
  const sku = await shop.offer({ sku: 'RARE-MANY', priceMinor: 700 });
  const quantities = Array.from({ length: 24 }, (_, n) => 1 + ((n * 7) % 3));
  const ids: string[] = [];
  const join = async (quantity: number): Promise<void> => {
    const { id } = await shop.place({ items: [{ sku, quantity }] });
    ids.push(id);
    // In line once a worker has looked at it.
    await shop.until(id, 'backordered', 'reserved', 'completed');
  };
  const waiting = 12;
  for (const quantity of quantities.slice(0, waiting)) await join(quantity);

  let arrived = 0;
  /** How many from the head of the line may be served by now, but none behind them. */
  const countEntitled = (): number => {
    let units = 0;
    const next = quantities.findIndex((quantity) => (units += quantity) > arrived);
    return next === -1 ? quantities.length : next;
  };
  const overtaking: string[] = [];
  const look = async (): Promise<number> => {
    const line = await readLine(ids);
    const served = idsOf(line.filter(isServed));
    const entitled = idsOf(line.slice(0, countEntitled()));
    overtaking.push(...served.filter((id) => !entitled.includes(id)));
    return served.length;
  };
  const total = quantities.reduce((sum, quantity) => sum + quantity, 0);
  const newcomers = quantities.slice(waiting);
  while (arrived < total) {
    const units = Math.min(2, total - arrived);
    const newcomer = newcomers.shift();
    arrived += units;
    // Who comes in this moment finds units on the shelf that are meant for others.
    await Promise.all([shop.addStock(sku, units), newcomer && join(newcomer)]);
    await waitUntil(async () => (await look()) >= Math.min(countEntitled(), ids.length), {
      what: `all to be served whom ${arrived} units suffice for`,
      timeoutMs: 20_000,
    });
  }
  expect(overtaking).toEqual([]);
  for (const id of ids) await shop.until(id, 'completed');
  expect(await shop.stockOf(sku)).toMatchObject({ available: 0, sold: total });
  expect(await shop.system.violations()).toEqual([]);
});
