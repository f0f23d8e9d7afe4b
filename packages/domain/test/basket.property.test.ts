import { isDeepStrictEqual } from 'node:util';
import { fc, test } from '@fast-check/vitest';
import { fingerprintBasket, hashRequest, mergeItems } from '@orders/domain/basket';
import { describe, expect } from 'vitest';

const basket = fc.array(
  fc.record({
    sku: fc.constantFrom('A', 'B', 'A-1', 'A-11', 'B=1'),
    quantity: fc.integer({ min: 1, max: 1_000 }),
  }),
  { maxLength: 12 },
);
const metadata = fc.dictionary(fc.string(), fc.string(), { maxKeys: 4 });
const request = fc.record({
  items: basket,
  metadata,
  expectedTotal: fc.option(
    fc.record({ amount: fc.nat(), currency: fc.constantFrom('USD', 'EUR') }),
  ),
  allowDuplicate: fc.boolean(),
});

const totals = (items: readonly { sku: string; quantity: number }[]): Record<string, number> => {
  const sums: Record<string, number> = {};
  for (const { sku, quantity } of items) sums[sku] = (sums[sku] ?? 0) + quantity;
  return sums;
};

describe('a merged basket', () => {
  test.prop([basket])(
    'has each SKU once, with all of its units, in the order of first mention',
    (items) => {
      const merged = mergeItems(items);
      expect(merged.map(({ sku }) => sku)).toEqual(
        Array.from(new Set(items.map(({ sku }) => sku))),
      );
      expect(totals(merged)).toEqual(totals(items));
    },
  );
});

describe('the fingerprint of a basket', () => {
  test.prop([
    basket.chain((items) =>
      fc.tuple(fc.constant(items), fc.shuffledSubarray(items, { minLength: items.length })),
    ),
  ])('is the same in any order of its items', ([items, shuffled]) => {
    expect(fingerprintBasket(shuffled)).toBe(fingerprintBasket(items));
  });

  test.prop([basket])('is the same merged and unmerged', (items) => {
    expect(fingerprintBasket(mergeItems(items))).toBe(fingerprintBasket(items));
  });

  test.prop([basket, basket])('is equal exactly for equal baskets', (one, other) => {
    const areEqual = isDeepStrictEqual(totals(one), totals(other));
    expect(fingerprintBasket(one) === fingerprintBasket(other)).toBe(areEqual);
  });

  test('is short and printable', () => {
    expect(fingerprintBasket([{ sku: 'A', quantity: 1 }])).toMatch(/^[\w-]{22}$/);
  });
});

describe('the hash of a request', () => {
  test.prop([request])('does not depend on the order of items or metadata', (one) => {
    const reordered = {
      ...one,
      items: one.items.toReversed(),
      metadata: Object.fromEntries(Object.entries(one.metadata).reverse()),
    };
    expect(hashRequest(reordered)).toBe(hashRequest(one));
  });

  test.prop([request])('tells every other body apart', (one) => {
    const others = [
      { ...one, allowDuplicate: !one.allowDuplicate },
      { ...one, items: [...one.items, { sku: 'Z', quantity: 1 }] },
      { ...one, metadata: { ...one.metadata, another: 'x' } },
      { ...one, expectedTotal: one.expectedTotal === null ? { amount: 0, currency: 'USD' } : null },
    ];
    for (const other of others) expect(hashRequest(other)).not.toBe(hashRequest(one));
  });

  test('tells a key that moved into its value apart', () => {
    const plain = { items: [], expectedTotal: null, allowDuplicate: false };
    expect(hashRequest({ ...plain, metadata: { 'a","b': 'c' } })).not.toBe(
      hashRequest({ ...plain, metadata: { a: 'b","c' } }),
    );
  });
});
