import { waitUntil } from '@orders/local-services/wait-until';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPrevious } from './build-previous.ts';
import { startTraffic, type Traffic } from '../harness/start-traffic.ts';
import { SKU, startVersions, type Version, type World } from './start-versions.ts';

/** What the version before does not have, as it is called in `prisma/migrations`. */
const MIGRATIONS = ['20261121000000_categories', '20261122000000_look_again'];

let world: World;
let newVersion: Version;
let ids: string[] = [];

beforeAll(async () => {
  world = await startVersions(await buildPrevious());
}, 300_000);
afterAll(() => world?.close());

const order = (version: Version, perSecond = 50) =>
  startTraffic(version, { perSecond, insist: false });

/** Nobody was turned away, and nobody waited for long. */
async function expectServed(traffic: Traffic): Promise<void> {
  await traffic.stop();
  const answers = traffic.memories.flatMap((memory) => memory.answers);
  expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
  expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(3_000);
  ids = [...ids, ...traffic.memories.flatMap(({ orderId }) => orderId ?? [])];
}

/** Where the rows of a table are: another place means that it was written anew. */
async function placeOfRows(): Promise<unknown> {
  return world.database.prisma.$queryRaw`
    SELECT relname, relfilenode FROM pg_class
     WHERE relname IN ('products', 'orders', 'order_items', 'inventory') ORDER BY relname`;
}

async function countTables(): Promise<number> {
  const rows = await world.database.prisma.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM pg_tables
     WHERE tablename IN ('categories', 'product_categories', 'catalogue_changes')`;
  return rows[0]?.count ?? -1;
}

test('behind a long write to the catalogue it gives up, leaves nothing, and stops nobody', async () => {
  const traffic = order(world.oldVersion);
  const writing = world.database.prisma.$transaction(
    async (tx) => {
      await tx.$executeRaw`UPDATE products SET description = 'new' WHERE sku = 'PEN-0020'`;
      await expect(world.migrate()).rejects.toThrow(/categories failed: .*lock timeout/);
    },
    { timeout: 20_000 },
  );
  await writing;
  expect(await countTables()).toBe(0);
  await expectServed(traffic);
});

test('it is applied while the version before serves orders, and writes no table anew', async () => {
  const before = await placeOfRows();
  const traffic = order(world.oldVersion, 200);
  const first = await world.oldVersion.client.place();
  const startedAt = performance.now();
  expect(await world.migrate()).toEqual({ applied: MIGRATIONS });
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  const last = await world.oldVersion.client.place();
  await expectServed(traffic);
  ids = [...ids, first, last];
  expect(await countTables()).toBe(3);
  expect(await placeOfRows()).toEqual(before);
});

test('the new version comes beside the old one, and both serve orders', async () => {
  const ofOld = order(world.oldVersion);
  newVersion = await world.startNewVersion();
  const ofNew = order(newVersion);
  const { client } = newVersion;
  const category = await client.request('PUT', '/categories/writing', {
    body: { name: 'Writing' },
  });
  expect(category.status).toBe(201);
  const product = {
    name: 'Pen 1',
    price: { amount: 399, currency: 'USD' },
    active: true,
    categories: ['writing'],
  };
  expect((await client.request('PUT', `/products/${SKU}`, { body: product })).status).toBe(200);
  const inCategory = await client.request('GET', '/products?category=writing');
  expect(inCategory.body).toMatchObject({ data: [{ sku: SKU, categories: ['writing'] }] });

  // The old version sells at the price that the new one set.
  const items = [{ sku: SKU, quantity: 2 }];
  const sold = await world.oldVersion.client.place({ items });
  const seen = await client.request('GET', `/orders/${sold}`);
  expect(seen.body).toMatchObject({ total: { amount: 798 } });
  ids = [...ids, sold];
  await expectServed(ofOld);
  await expectServed(ofNew);
});

test('orders of either version are seen through by the other one’s worker', async () => {
  await world.oldVersion.worker.stop();
  ids = [...ids, await world.oldVersion.client.place()];
  await expectRest();
  await newVersion.worker.stop();
  await world.oldVersion.worker.start();
  ids = [...ids, await newVersion.client.place()];
  await expectRest();
  expect(ids.length).toBeGreaterThan(100);
  expect(await world.violations()).toEqual([]);
});

/** Every order that was acknowledged, by whichever version, comes to rest as completed. */
async function expectRest(): Promise<void> {
  const open = () =>
    world.database.prisma.order.findMany({ where: { id: { in: ids } }, select: { status: true } });
  await waitUntil(
    async () => {
      const statuses = (await open()).map(({ status }) => status);
      return statuses.length === ids.length && statuses.every((status) => status === 'completed');
    },
    { what: `${ids.length} orders to be completed`, timeoutMs: 60_000 },
  );
}
