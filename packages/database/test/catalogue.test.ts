import { putCategory } from '@orders/database/catalogue/put-category';
import {
  type ProductContent,
  putProduct,
  type PutProductResult,
} from '@orders/database/catalogue/put-product';
import { listCategories } from '@orders/database/catalogue/read-categories';
import { listProducts, readProduct } from '@orders/database/catalogue/read-products';
import { readOrder } from '@orders/database/orders/read-order';
import { seedCatalogue } from '@orders/database/seed-catalogue';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { place } from './drive-orders.ts';
import { expectConsistent } from './expect-consistent.ts';
import { makeOrder } from './make-order.ts';
import { startDatabase, type TestDatabase } from './start-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase({ poolSize: 20 });
  await seedCatalogue(database, { count: 60, stock: 100 });
});
afterAll(() => database.close());
afterEach(() => expectConsistent(database));

const ANY = { absent: false };
const content = (sku: string, rest: Partial<ProductContent> = {}): ProductContent => ({
  sku,
  name: sku,
  description: '',
  price: { amount: 500, currency: 'USD' },
  active: true,
  categories: [],
  ...rest,
});
const put = (sku: string, rest: Partial<ProductContent> = {}, condition: object = ANY) =>
  putProduct(database, content(sku, rest), { ...ANY, ...condition }, 'operator:olga');
const versionOf = (result: PutProductResult): number =>
  'product' in result ? result.product.version : 0;

describe('a product', () => {
  test('is made with its categories and an empty stock, and its change is recorded', async () => {
    const result = await put('VASE-1', { categories: ['play', 'home', 'play'] });
    expect(result).toMatchObject({
      kind: 'created',
      product: { sku: 'VASE-1', version: 1, categories: ['home', 'play'] },
    });
    expect(await readProduct(database.prisma, 'VASE-1')).toMatchObject({ version: 1 });
    expect(await database.sql(`SELECT on_hand::int FROM inventory WHERE sku = 'VASE-1'`)).toEqual([
      { on_hand: 0 },
    ]);
    expect(
      await database.sql(
        `SELECT kind, version, actor, before, after->>'name' AS name FROM catalogue_changes WHERE key = 'VASE-1'`,
      ),
    ).toEqual([
      { kind: 'product', version: 1, actor: 'operator:olga', before: null, name: 'VASE-1' },
    ]);
  });

  test('is replaced as a whole, and not at all by what it is already', async () => {
    await put('VASE-2', { categories: ['home'] });
    const same = await put('VASE-2', { categories: ['home'] });
    expect([same.kind, versionOf(same)]).toEqual(['unchanged', 1]);
    const other = await put('VASE-2', { name: 'Vase', active: false, categories: ['play'] });
    expect(other).toMatchObject({
      kind: 'replaced',
      product: { name: 'Vase', active: false, categories: ['play'], version: 2 },
    });
  });

  test('of many who replace one version one is first, and the others are told', async () => {
    await put('VASE-3');
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, n) => put('VASE-3', { name: `n${n}` }, { match: [1] })),
    );
    expect(results.filter(({ kind }) => kind === 'replaced')).toHaveLength(1);
    expect(results.filter(({ kind }) => kind === 'condition-failed')).toHaveLength(9);
  });

  test('of many who make it, all agree on one', async () => {
    const results = await Promise.all(Array.from({ length: 10 }, () => put('VASE-4')));
    expect(results.filter(({ kind }) => kind === 'created')).toHaveLength(1);
    expect(results.filter(({ kind }) => kind === 'unchanged')).toHaveLength(9);
    const fresh = await Promise.all(
      Array.from({ length: 10 }, () => put('VASE-5', {}, { absent: true })),
    );
    expect(fresh.filter(({ kind }) => kind === 'created')).toHaveLength(1);
    expect(fresh.filter(({ kind }) => kind === 'condition-failed')).toHaveLength(9);
  });

  test('must exist to be matched, and its categories must exist', async () => {
    expect((await put('VASE-6', {}, { match: null })).kind).toBe('condition-failed');
    expect(await put('VASE-6', { categories: ['home', 'attic'] })).toEqual({
      kind: 'unknown-categories',
      slugs: ['attic'],
    });
    expect(await readProduct(database.prisma, 'VASE-6')).toBeNull();
  });

  test('gets another price, and the orders that were placed keep theirs', async () => {
    await put('VASE-7', { price: { amount: 700, currency: 'USD' } });
    const [before = ''] = await place(database, [makeOrder({ items: { 'VASE-7': 2 } })]);
    await put('VASE-7', { price: { amount: 900, currency: 'USD' } });
    const [after = ''] = await place(database, [makeOrder({ items: { 'VASE-7': 3 } })]);
    expect((await readOrder(database, before))?.total.amount).toBe(1_400);
    expect((await readOrder(database, after))?.total.amount).toBe(2_700);
  });
});

describe('lists', () => {
  const list = (filter: object, limit = 100) =>
    listProducts(database, { category: null, onlyActive: false, afterSku: '', ...filter }, limit);

  test('go by SKU, also within a category, and leave out what cannot be ordered', async () => {
    await put('LAMP-9999', { active: false, categories: ['office'] });
    const office = await list({ category: 'office' });
    expect(office.length).toBeGreaterThan(10);
    expect(office.every(({ categories }) => categories.includes('office'))).toBe(true);
    const skus = office.map(({ sku }) => sku);
    expect(skus).toEqual(skus.toSorted());
    expect(skus).toContain('LAMP-9999');
    const active = await list({ category: 'office', onlyActive: true });
    expect(active.map(({ sku }) => sku)).not.toContain('LAMP-9999');
    const [third, fourth] = skus.slice(2);
    const page = await list({ category: 'office', afterSku: third }, 1);
    expect(page.map(({ sku }) => sku)).toEqual([fourth]);
    expect(await list({ category: 'attic' })).toEqual([]);
  });

  test('seeding again brings back no assignment that was taken away', async () => {
    const pen = await readProduct(database.prisma, 'PEN-0001');
    if (pen === null) throw new Error('no pen');
    await putProduct(database, { ...pen, categories: [] }, ANY, 'operator:olga');
    await seedCatalogue(database, { count: 60 });
    expect((await readProduct(database.prisma, 'PEN-0001'))?.categories).toEqual([]);
  });
});

test('a category is made, renamed, and left alone by its own name', async () => {
  const rename = (name: string, condition: object = {}) =>
    putCategory(database, { slug: 'attic', name, description: '' }, { ...ANY, ...condition }, 'o');
  expect(await rename('Attic')).toMatchObject({ kind: 'created', category: { version: 1 } });
  expect(await rename('Attic')).toMatchObject({ kind: 'unchanged', category: { version: 1 } });
  expect(await rename('Loft', { match: [2] })).toEqual({ kind: 'condition-failed' });
  expect(await rename('Loft', { match: [1] })).toMatchObject({
    kind: 'replaced',
    category: { name: 'Loft', version: 2 },
  });
  const slugs = (await listCategories(database, '', 1_000)).map(({ slug }) => slug);
  expect(slugs).toEqual(slugs.toSorted());
  expect(slugs).toContain('attic');
});
