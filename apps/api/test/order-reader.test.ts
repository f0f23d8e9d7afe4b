import type { Database } from '@orders/database/client';
import { UnknownStatusError } from '@orders/database/orders/order-row';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createOrderReader } from '../src/orders/order-reader.ts';
import { build, type TestApi } from './build.ts';
import { type CatalogueDatabase, KEYBOARD, startCatalogueDatabase } from './catalogue.ts';

const MISSING = '01939f2c-6b1e-7c3a-9d7e-5a1f0c2b3d4e';

let catalogue: CatalogueDatabase;
let api: TestApi;
const ids: string[] = [];

beforeAll(async () => {
  catalogue = await startCatalogueDatabase();
  api = await build({ env: { DATABASE_URL: catalogue.url } });
  for (let quantity = 1; quantity <= 10; quantity += 1) {
    const { body } = await api.place({ items: [{ sku: KEYBOARD, quantity }] });
    ids.push(String(body['id']));
  }
});

afterAll(async () => {
  await api?.close();
  await catalogue?.close();
});

/** A reader, and how many statements it has made. */
function startReader() {
  let statements = 0;
  const prisma = new Proxy(catalogue.database.prisma, {
    get: (target, name, receiver) => {
      if (name === '$queryRaw') statements += 1;
      return Reflect.get(target, name, receiver);
    },
  });
  const database: Database = { ...catalogue.database, prisma };
  const reader = createOrderReader(database);
  onTestFinished(() => reader.close());
  return { reader, statements: () => statements };
}

test('many reads at the same time are one statement, and each gets its own order', async () => {
  const { reader, statements } = startReader();
  const asked = Array.from({ length: 150 }, (_, n) => ids[n % ids.length] ?? '');
  const orders = await Promise.all([...asked, MISSING].map((id) => reader.read(id)));
  expect(orders.map((order) => order?.id ?? null)).toEqual([...asked, null]);
  expect(statements()).toBe(1);
});

test('reads through the API are shared, too', async () => {
  const answers = await Promise.all(ids.map((id) => api.ask({ url: `/orders/${id}` })));
  expect(answers.map(({ body }) => body['id'])).toEqual(ids);
});

test('no read is older than the write that its caller has seen, however many read beside', async () => {
  const { reader } = startReader();
  const [id = ''] = ids;
  let writing = true;
  const others = Promise.all(
    Array.from({ length: 20 }, async () => {
      while (writing) await reader.read(id);
    }),
  );
  for (let round = 0; round < 100; round += 1) {
    const { version } = await catalogue.database.prisma.order.update({
      where: { id },
      data: { version: { increment: 1 } },
    });
    expect((await reader.read(id))?.version).toBe(version);
  }
  writing = false;
  await others;
});

test('an order that only a newer version understands fails alone', async () => {
  const { prisma } = catalogue.database;
  await prisma.$executeRaw`ALTER TABLE orders DROP CONSTRAINT orders_status_known`;
  await prisma.$executeRaw`UPDATE orders SET status = 'parked' WHERE id = ${ids[3]}::uuid`;
  const { reader } = startReader();
  const results = await Promise.allSettled(ids.map((id) => reader.read(id)));
  const failed = results.flatMap((result, n) => (result.status === 'rejected' ? n : []));
  expect(failed).toEqual([3]);
  await expect(reader.read(ids[3] ?? '')).rejects.toThrow(UnknownStatusError);
});
