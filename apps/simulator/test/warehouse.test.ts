import {
  soldReceiptSchema,
  type StockPage,
  stockPageSchema,
  type StockRow,
  stockRowSchema,
} from '@orders/domain/contracts/warehouse';
import { expect, test } from 'vitest';
import { readProblem, send, startTestSimulator } from './start-simulator.ts';

async function readPage(url: string, query = ''): Promise<StockPage> {
  return stockPageSchema.parse(await (await fetch(`${url}/warehouse/stock${query}`)).json());
}

async function readStock(url: string): Promise<readonly StockRow[]> {
  return (await readPage(url)).rows.map((row) => stockRowSchema.parse(row));
}

async function count(url: string, rows: readonly { sku: string; onHand: number }[]): Promise<void> {
  expect((await send('PUT', `${url}/warehouse/stock`, { rows })).status).toBe(200);
}

async function reportSold(url: string, totals: Record<string, number>): Promise<number> {
  const rows = Object.entries(totals).map(([sku, sold]) => ({ sku, sold }));
  const response = await send('PUT', `${url}/warehouse/sold`, { totals: rows });
  return soldReceiptSchema.parse(await response.json()).raised;
}

test('reported sales leave the shelf once, however often and in whatever order they are reported', async () => {
  const { url } = await startTestSimulator();
  await count(url, [{ sku: 'LAMP-1', onHand: 100 }]);
  expect(await reportSold(url, { 'LAMP-1': 30 })).toBe(1);
  expect(await reportSold(url, { 'LAMP-1': 30 })).toBe(0);
  expect(await reportSold(url, { 'LAMP-1': 20, 'DESK-1': 5 })).toBe(1);
  expect(await readStock(url)).toEqual([{ sku: 'LAMP-1', onHand: 70, salesIncluded: 30 }]);
});

test('deliveries add, losses take away, and a count is what lies there from then on', async () => {
  const { url } = await startTestSimulator();
  await reportSold(url, { 'LAMP-1': 5 });
  await count(url, [{ sku: 'LAMP-1', onHand: 10 }]);
  const rows = [
    { sku: 'LAMP-1', quantity: 7 },
    { sku: 'LAMP-1', quantity: -2 },
    { sku: 'DESK-1', quantity: 3 },
  ];
  await send('POST', `${url}/warehouse/deliveries`, { rows });
  expect(await readStock(url)).toEqual([
    { sku: 'DESK-1', onHand: 3, salesIncluded: 0 },
    { sku: 'LAMP-1', onHand: 15, salesIncluded: 5 },
  ]);
  await count(url, [{ sku: 'LAMP-1', onHand: 4 }]);
  await reportSold(url, { 'LAMP-1': 6 });
  expect((await readStock(url))[1]).toEqual({ sku: 'LAMP-1', onHand: 3, salesIncluded: 6 });
});

test('a snapshot stays as it was through all its pages, whatever happens meanwhile', async () => {
  const { url } = await startTestSimulator();
  const skus = Array.from({ length: 25 }, (_, n) => `SKU-${String(n).padStart(2, '0')}`);
  await count(
    url,
    skus.map((sku) => ({ sku, onHand: 10 })),
  );
  const pages = [await readPage(url, '?limit=10')];
  await reportSold(url, Object.fromEntries(skus.map((sku) => [sku, 4])));
  await count(url, [{ sku: 'SKU-00A', onHand: 1 }]);
  const later = await readPage(url);
  for (let cursor = pages[0]?.nextCursor; cursor; cursor = pages.at(-1)?.nextCursor) {
    pages.push(await readPage(url, `?limit=10&cursor=${cursor}`));
  }
  expect(pages.flatMap(({ rows }) => rows)).toEqual(
    skus.map((sku) => ({ sku, onHand: 10, salesIncluded: 0 })),
  );
  expect(pages.map(({ rows }) => rows.length)).toEqual([10, 10, 5]);
  expect(new Set(pages.map(({ sequence, asOf }) => `${sequence} ${asOf}`)).size).toBe(1);
  expect(later.sequence).toBeGreaterThan(pages[0]?.sequence ?? Infinity);
  expect(later.rows).toHaveLength(26);
});

test('a cursor that was not given out is refused, and one of a snapshot long gone answers 410', async () => {
  const { url } = await startTestSimulator();
  await count(
    url,
    ['A', 'B'].map((sku) => ({ sku, onHand: 1 })),
  );
  const { nextCursor } = await readPage(url, '?limit=1');
  for (const query of ['?cursor=x', '?limit=0', '?limit=x', '?limit=5001']) {
    const response = await fetch(`${url}/warehouse/stock${query}`);
    expect(await readProblem(response)).toEqual([400, 'invalid-request']);
  }
  for (let n = 0; n < 8; n += 1) await readPage(url);
  const gone = await fetch(`${url}/warehouse/stock?cursor=${nextCursor}`);
  expect(await readProblem(gone)).toEqual([410, 'snapshot-gone']);
});

test.each([
  ['/warehouse/sold', { totals: [{ sku: 'A', sold: -1 }] }],
  ['/warehouse/sold', { totals: [{ sku: 'not a sku', sold: 1 }] }],
  ['/warehouse/stock', { rows: [{ sku: 'A', onHand: '1' }] }],
])('PUT %s %j is refused', async (path, body) => {
  const { url } = await startTestSimulator();
  expect(await readProblem(await send('PUT', url + path, body))).toEqual([400, 'invalid-request']);
});

async function startWithStock(): Promise<{
  url: string;
  breakFeed: (faults: string) => Promise<void>;
}> {
  const { url } = await startTestSimulator();
  await count(
    url,
    ['A', 'B', 'C'].map((sku) => ({ sku, onHand: 10 })),
  );
  return {
    url,
    async breakFeed(faults) {
      expect((await send('PUT', `${url}/faults`, { faults })).status).toBe(200);
    },
  };
}

test('empty-feed shows a new snapshot without a row', async () => {
  const { url, breakFeed } = await startWithStock();
  const { sequence } = await readPage(url);
  await breakFeed('empty-feed=1');
  expect(await readPage(url)).toMatchObject({ sequence: sequence + 1, rows: [], nextCursor: null });
});

test('old-snapshot shows the oldest snapshot again after a newer one', async () => {
  const { url, breakFeed } = await startWithStock();
  const old = await readPage(url);
  await count(url, [{ sku: 'A', onHand: 99 }]);
  const newer = await readPage(url);
  await breakFeed('stock.old-snapshot=1');
  expect(await readPage(url)).toEqual(old);
  await breakFeed('');
  expect((await readPage(url)).sequence).toBeGreaterThan(newer.sequence);
});

test('bad-rows stand among the good ones, which are all there', async () => {
  const { url, breakFeed } = await startWithStock();
  await breakFeed('stock.bad-rows=1');
  const { rows } = await readPage(url);
  const good = rows.flatMap((row) => {
    const parsed = stockRowSchema.safeParse(row);
    return parsed.success ? [parsed.data.sku] : [];
  });
  expect(good).toEqual(['NO-SUCH-SKU', 'A', 'B', 'C']);
  expect(rows.length - good.length).toBe(7);
});

test('sales-lag shows sales that have not left the shelf yet, and says so', async () => {
  const { url, breakFeed } = await startWithStock();
  await reportSold(url, { A: 5 });
  await breakFeed('stock.sales-lag=1');
  expect((await readStock(url))[0]).toEqual({ sku: 'A', onHand: 8, salesIncluded: 2 });
});

test('partial breaks off in the middle of a page', async () => {
  const { url, breakFeed } = await startWithStock();
  await breakFeed('stock.partial=1');
  await expect(fetch(`${url}/warehouse/stock`).then((page) => page.text())).rejects.toThrow();
});
