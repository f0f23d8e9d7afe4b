import { collectFeed } from '@orders/domain/warehouse/collect-feed';
import { type FeedFacts, judgeFeed } from '@orders/domain/warehouse/judge-feed';
import { parseStockRow } from '@orders/domain/warehouse/parse-stock-row';
import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';

test('a row of the feed is read, and members that nobody knows are passed over', () => {
  const raw = { sku: 'PEN-1', onHand: -3, salesIncluded: 7, shelf: 'B12' };
  const row = { sku: 'PEN-1', onHand: -3, salesIncluded: 7 };
  expect(parseStockRow(raw)).toEqual({ kind: 'row', row });
});

test.each([
  [null, null],
  [[], null],
  ['PEN-1', null],
  [{ onHand: 1, salesIncluded: 0 }, null],
  [{ sku: 'pen', onHand: 1, salesIncluded: 0 }, null],
  [{ sku: 'PEN-1', onHand: '1', salesIncluded: 0 }, 'PEN-1'],
  [{ sku: 'PEN-1', onHand: 1.5, salesIncluded: 0 }, 'PEN-1'],
  [{ sku: 'PEN-1', onHand: 1e300, salesIncluded: 0 }, 'PEN-1'],
  [{ sku: 'PEN-1', onHand: 1, salesIncluded: -1 }, 'PEN-1'],
  [{ sku: 'PEN-1', onHand: 1 }, 'PEN-1'],
])('%j is bad, and named as far as it can be', (raw, sku) => {
  expect(parseStockRow(raw)).toMatchObject({ kind: 'bad', sku });
});

test('a row too deep to be shown is bad like any other', () => {
  let deep: unknown = 1;
  for (let level = 0; level < 50_000; level += 1) deep = [deep];
  expect(parseStockRow({ sku: deep })).toMatchObject({ kind: 'bad', sku: null });
});

property.prop([fc.anything({ withNullPrototype: true })])(
  'whatever a row contains, its reason can be stored: short, well-formed, without NUL',
  (raw) => {
    const parsed = parseStockRow(raw);
    if (parsed.kind === 'row') return;
    expect(parsed.detail.length).toBeLessThan(400);
    expect(parsed.detail.isWellFormed()).toBe(true);
    expect(parsed.detail).not.toContain('\u0000');
  },
);

const row = (sku: string, onHand: number) => parseStockRow({ sku, onHand, salesIncluded: 0 });

test('rows keep their place in the feed, the bad ones beside the good ones', () => {
  const feed = collectFeed([row('A', 1), parseStockRow(null), row('B', 2)]);
  expect(feed.rows).toMatchObject([
    { n: 1, sku: 'A' },
    { n: 3, sku: 'B' },
  ]);
  expect(feed.bad).toMatchObject([{ n: 2, outcome: 'bad', sku: null }]);
});

test('of rows that say the same of a SKU the first counts', () => {
  const feed = collectFeed([row('A', 1), row('B', 2), row('A', 1)]);
  expect(feed.rows.map(({ n }) => n)).toEqual([1, 2]);
  expect(feed.bad).toMatchObject([{ n: 3, sku: 'A', detail: 'repeats row 1' }]);
});

test('of rows that contradict each other none counts', () => {
  const feed = collectFeed([row('A', 1), row('B', 2), row('A', 5), row('A', 1)]);
  expect(feed.rows.map(({ sku }) => sku)).toEqual(['B']);
  expect(feed.bad.map(({ n }) => n)).toEqual([1, 3, 4]);
});

property.prop([
  fc.array(
    fc.oneof(
      fc.record({
        sku: fc.constantFrom('A', 'B', 'C', 'D'),
        onHand: fc.integer({ min: 0, max: 2 }),
        salesIncluded: fc.constant(0),
      }),
      fc.constant(null),
    ),
  ),
])('each row is used or reported, never both, and each SKU is used at most once', (raws) => {
  const feed = collectFeed(raws.map(parseStockRow));
  const told = [...feed.rows, ...feed.bad].map(({ n }) => n).sort((a, b) => a - b);
  expect(told).toEqual(raws.map((_, index) => index + 1));
  expect(new Set(feed.rows.map(({ sku }) => sku)).size).toBe(feed.rows.length);
});

const FACTS: FeedFacts = {
  catalogueSize: 300,
  rows: 300,
  changes: 20,
  emptied: 0,
  sequence: 8,
  lastSequence: 7,
};

test.each([
  ['an ordinary feed', FACTS],
  ['a feed without any change', { ...FACTS, changes: 0 }],
  ['the same snapshot again', { ...FACTS, sequence: 7 }],
  ['just less than a third', { ...FACTS, changes: 99, emptied: 99 }],
  ['a first feed into an empty catalogue', { ...FACTS, catalogueSize: 0, rows: 1, changes: 0 }],
])('%s is applied', (_name, facts) => {
  expect(judgeFeed(facts, false)).toEqual({ kind: 'ok' });
});

test.each([
  ['an older snapshot than one that was applied', { ...FACTS, sequence: 6 }, 'old-snapshot'],
  ['an empty feed', { ...FACTS, rows: 0, changes: 0 }, 'empty-feed'],
  ['a third changed', { ...FACTS, changes: 100 }, 'changes-catalogue'],
  ['a third emptied', { ...FACTS, changes: 100, emptied: 100 }, 'empties-catalogue'],
])('%s stops, and passes with force', (_name, facts, reason) => {
  expect(judgeFeed(facts, false)).toMatchObject({ kind: 'stop', reason });
  expect(judgeFeed(facts, true)).toEqual({ kind: 'ok' });
});
