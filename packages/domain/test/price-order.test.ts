import { fc, test } from '@fast-check/vitest';
import { formatMoney, sumMinor } from '@orders/domain/money';
import { priceOrder } from '@orders/domain/price-order';
import { describe, expect } from 'vitest';

const CATALOGUE = new Map([
  ['PEN', { priceMinor: 250, active: true }],
  ['MUG', { priceMinor: 999, active: true }],
  ['OLD', { priceMinor: 100, active: false }],
]);
const line = (sku: string, quantity: number) => ({ sku, quantity });
const usd = (amount: number) => ({ amount, currency: 'USD' });

describe('pricing an order', () => {
  test('takes the prices of the catalogue', () => {
    expect(priceOrder([line('PEN', 3), line('MUG', 2)], CATALOGUE, null)).toEqual({
      kind: 'priced',
      items: [
        { sku: 'PEN', quantity: 3, unitPriceMinor: 250 },
        { sku: 'MUG', quantity: 2, unitPriceMinor: 999 },
      ],
      totalMinor: 2_748,
    });
  });

  test('names every unknown SKU, before inactive ones and before the total', () => {
    const items = [line('X', 1), line('OLD', 1), line('Y', 1)];
    expect(priceOrder(items, CATALOGUE, usd(1))).toEqual({ kind: 'unknown-sku', skus: ['X', 'Y'] });
  });

  test('names every inactive product, before the total', () => {
    expect(priceOrder([line('PEN', 1), line('OLD', 1)], CATALOGUE, usd(1))).toEqual({
      kind: 'inactive-product',
      skus: ['OLD'],
    });
  });

  test.each([
    [usd(250), 'priced'],
    [null, 'priced'],
    [usd(249), 'total-mismatch'],
    [{ amount: 250, currency: 'EUR' }, 'total-mismatch'],
  ])('with an expected total of %o is %s', (expected, kind) => {
    expect(priceOrder([line('PEN', 1)], CATALOGUE, expected).kind).toBe(kind);
  });

  test('answers a wrong total with the right one', () => {
    expect(priceOrder([line('PEN', 2)], CATALOGUE, usd(1))).toEqual({
      kind: 'total-mismatch',
      total: usd(500),
    });
  });

  test.prop([
    fc.array(fc.tuple(fc.integer({ min: 0, max: 1_000_000 }), fc.integer({ min: 1, max: 1_000 })), {
      maxLength: 100,
    }),
  ])('adds up exactly, in integers', (lines) => {
    const catalogue = new Map(
      lines.map(([priceMinor], n) => [`S-${n}`, { priceMinor, active: true }]),
    );
    const pricing = priceOrder(
      lines.map(([, quantity], n) => line(`S-${n}`, quantity)),
      catalogue,
      null,
    );
    const exact = lines.reduce(
      (sum, [price, quantity]) => sum + BigInt(price) * BigInt(quantity),
      0n,
    );
    expect(pricing.kind === 'priced' && BigInt(pricing.totalMinor)).toBe(exact);
  });

  test('refuses to count beyond what a double holds exactly', () => {
    expect(() => sumMinor([Number.MAX_SAFE_INTEGER, 1])).toThrow(RangeError);
    expect(() => sumMinor([0.5])).toThrow(RangeError);
    expect(sumMinor([])).toBe(0);
  });
});

test.each([
  [5_997, '59.97 USD'],
  [5, '0.05 USD'],
  [0, '0.00 USD'],
  [100, '1.00 USD'],
  [-250, '-2.50 USD'],
])('%i cents read %s', (amount, text) => {
  expect(formatMoney(usd(amount))).toBe(text);
});
