import { decideStock, newOnHand } from '@orders/domain/warehouse/decide-stock';
import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';

const units = fc.integer({ min: 0, max: 100_000 });
const change = fc.integer({ min: -1_000, max: 1_000 });

test('sales that have not left the shelf yet are taken off the count, the others are not again', () => {
  const row = { sku: 'A', onHand: 95, salesIncluded: 5 };
  expect(newOnHand(row, 5, 0)).toBe(95);
  expect(newOnHand(row, 12, 0)).toBe(88);
});

test('what was moved by hand after the count is kept', () => {
  expect(newOnHand({ sku: 'A', onHand: 95, salesIncluded: 5 }, 5, -3)).toBe(92);
});

test('a row that agrees changes nothing, one that does not says from what to what', () => {
  const known = { onHand: 88, sold: 12, movedSince: 0 };
  const row = { sku: 'A', onHand: 95, salesIncluded: 5 };
  expect(decideStock(row, known)).toEqual({ kind: 'same' });
  const grown = { ...row, onHand: 100 };
  expect(decideStock(grown, known)).toEqual({ kind: 'changed', before: 88, after: 93 });
});

test('a SKU that the catalogue does not have is unknown', () => {
  const row = { sku: 'A', onHand: 1, salesIncluded: 0 };
  expect(decideStock(row, undefined)).toEqual({ kind: 'unknown' });
});

test('a warehouse that took off more sales than there ever were is not believed', () => {
  const row = { sku: 'A', onHand: 10, salesIncluded: 6 };
  const known = { onHand: 10, sold: 5, movedSince: 0 };
  expect(decideStock(row, known)).toMatchObject({ kind: 'bad' });
});

test('a number that no stock can have is bad, so that nothing is stored that is not exact', () => {
  const row = { sku: 'A', onHand: Number.MAX_SAFE_INTEGER, salesIncluded: 0 };
  expect(decideStock(row, { onHand: 0, sold: 0, movedSince: 1 })).toMatchObject({ kind: 'bad' });
});

/**
 * A shelf and our books of it. The warehouse knows of sales only when it took them off; the true
 * stock is what arrived less what was sold, plus what was moved by hand behind its back.
 */
property.prop({
  arrived: units,
  included: units,
  late: units,
  movedSince: change,
  believed: change,
})(
  'however late a snapshot comes, it leads to what is really there, and twice is as good as once',
  ({ arrived, included, late, movedSince, believed }) => {
    const row = { sku: 'A', onHand: arrived - included, salesIncluded: included };
    const sold = included + late;
    const truth = arrived - sold + movedSince;
    const before = { onHand: truth + believed, sold, movedSince };
    const decision = decideStock(row, before);
    expect(decision.kind === 'changed' ? decision.after : before.onHand).toBe(truth);
    expect(decideStock(row, { ...before, onHand: truth })).toEqual({ kind: 'same' });
  },
);

property.prop({ onHand: change, included: units, late: units, more: units, moved: change })(
  'a row that agrees still agrees after more sales and more moves by hand',
  ({ onHand, included, late, more, moved }) => {
    const row = { sku: 'A', onHand, salesIncluded: included };
    const sold = included + late;
    const now = { onHand: newOnHand(row, sold, 0), sold, movedSince: 0 };
    const later = { onHand: now.onHand - more + moved, sold: sold + more, movedSince: moved };
    expect(decideStock(row, later)).toEqual({ kind: 'same' });
  },
);
