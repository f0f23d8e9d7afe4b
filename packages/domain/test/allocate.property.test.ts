import { fc, test } from '@fast-check/vitest';
import { allocate, type Demand } from '@orders/domain/allocate';
import { describe, expect } from 'vitest';

const SKUS = ['A', 'B', 'C'];

const items = fc.uniqueArray(
  fc.record({ sku: fc.constantFrom(...SKUS), quantity: fc.integer({ min: 1, max: 6 }) }),
  {
    selector: ({ sku }) => sku,
    minLength: 1,
  },
);

const demands: fc.Arbitrary<Demand[]> = fc.uniqueArray(
  fc.record({
    orderId: fc.uuid(),
    // Few moments, so that many orders share one.
    createdAt: fc.integer({ min: 0, max: 5 }).map((second) => new Date(second * 1_000)),
    items,
    waitsElsewhere: fc.boolean(),
  }),
  { selector: ({ orderId }) => orderId, maxLength: 15 },
);

const stock = fc
  .tuple(...SKUS.map(() => fc.integer({ min: 0, max: 20 })))
  .map((units) => new Map(SKUS.map((sku, index) => [sku, units[index] ?? 0])));

const isBefore = (a: Demand, b: Demand): boolean =>
  a.createdAt.getTime() - b.createdAt.getTime() < 0 ||
  (a.createdAt.getTime() === b.createdAt.getTime() && a.orderId < b.orderId);

const quantityOf = ({ items: lines }: Demand, sku: string): number =>
  lines.find((line) => line.sku === sku)?.quantity ?? 0;

describe('allocate', () => {
  test.prop([stock, demands])('never gives away more of a SKU than there is', (available, all) => {
    const result = allocate(available, all);
    for (const sku of SKUS) {
      const given = all
        .filter(({ orderId }) => result.get(orderId)?.kind === 'allocated')
        .reduce((sum, demand) => sum + quantityOf(demand, sku), 0);
      expect(given).toBeLessThanOrEqual(available.get(sku) ?? 0);
    }
  });

  test.prop([stock, demands])(
    'answers each demand of the batch, and none that waits elsewhere',
    (available, all) => {
      const result = allocate(available, all);
      const batch = all.filter(({ waitsElsewhere }) => waitsElsewhere !== true);
      expect(new Set(result.keys())).toEqual(new Set(batch.map(({ orderId }) => orderId)));
    },
  );

  test.prop([stock, demands])(
    'depends on arrival alone, not on the place in the batch',
    (available, all) => {
      expect(allocate(available, all.toReversed())).toEqual(allocate(available, all));
    },
  );

  test.prop([stock, demands])('leaves its arguments as they are', (available, all) => {
    const before = structuredClone({ available, all });
    allocate(available, all);
    expect({ available, all }).toEqual(before);
  });

  test.prop([stock, demands])(
    'gives an order nothing of a SKU that an earlier one is short of',
    (available, all) => {
      const result = allocate(available, all);
      for (const earlier of all) {
        const allocation = result.get(earlier.orderId);
        if (allocation?.kind !== 'short') continue;
        for (const { sku } of allocation.items) {
          for (const later of all) {
            if (!isBefore(earlier, later) || quantityOf(later, sku) === 0) continue;
            expect(result.get(later.orderId)?.kind).not.toBe('allocated');
          }
        }
      }
    },
  );

  test.prop([stock, demands])(
    'refuses an order only what those before it have really left too little of',
    (available, all) => {
      const result = allocate(available, all);
      const line = all.toSorted((a, b) => (isBefore(a, b) ? -1 : 1));
      for (const [place, demand] of line.entries()) {
        const allocation = result.get(demand.orderId);
        if (allocation === undefined) continue;
        const before = line.slice(0, place);
        const short = demand.items.filter(({ sku, quantity }) => {
          const isClosed = before.some((each) => {
            const theirs = result.get(each.orderId);
            return theirs?.kind === 'short' && theirs.items.some((item) => item.sku === sku);
          });
          const taken = before
            .filter(
              (each) =>
                each.waitsElsewhere === true || result.get(each.orderId)?.kind === 'allocated',
            )
            .reduce((sum, each) => sum + quantityOf(each, sku), 0);
          return isClosed || (available.get(sku) ?? 0) - taken < quantity;
        });
        expect(allocation).toEqual(
          short.length === 0 ? { kind: 'allocated' } : { kind: 'short', items: short },
        );
      }
    },
  );

  test.prop([stock, demands])(
    'is the same in one batch as one after the other, when nobody waits elsewhere',
    (available, all) => {
      const batch = all.map((demand) => ({ ...demand, waitsElsewhere: false }));
      const together = allocate(available, batch);
      const left = new Map(available);
      const waiting: Demand[] = [];
      for (const demand of batch.toSorted((a, b) => (isBefore(a, b) ? -1 : 1))) {
        const alone = allocate(left, [...waiting, demand]).get(demand.orderId);
        expect(alone).toEqual(together.get(demand.orderId));
        if (alone?.kind === 'allocated') {
          for (const { sku, quantity } of demand.items)
            left.set(sku, (left.get(sku) ?? 0) - quantity);
        } else if (alone?.kind === 'short') {
          waiting.push({ ...demand, items: alone.items, waitsElsewhere: true });
        }
      }
    },
  );
});
