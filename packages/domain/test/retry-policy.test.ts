import { fc, test } from '@fast-check/vitest';
import {
  backoffMs,
  BACKORDER_BACKOFF,
  DECLINE_BACKOFF,
  FAILURE_BACKOFF,
} from '@orders/domain/retry-policy';
import { describe, expect } from 'vitest';

const backoff = fc.record({
  baseMs: fc.integer({ min: 1, max: 10_000 }),
  capMs: fc.integer({ min: 1, max: 1_000_000 }),
});
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const tries = fc.integer({ min: -3, max: 10_000 });

describe('backoff', () => {
  test.prop([backoff, tries, random])(
    'lies between half of its wait and the whole, never above the cap',
    (policy, n, chance) => {
      const full = Math.min(policy.capMs, policy.baseMs * 2 ** Math.min(Math.max(n, 1) - 1, 30));
      const wait = backoffMs(policy, n, chance);
      expect(Number.isSafeInteger(wait)).toBe(true);
      expect(wait).toBeGreaterThanOrEqual(Math.floor(full / 2));
      expect(wait).toBeLessThanOrEqual(Math.min(Math.ceil(full), policy.capMs));
    },
  );

  test.prop([backoff, fc.integer({ min: 1, max: 40 }), random])(
    'never shrinks with the number of tries',
    (policy, n, chance) => {
      expect(backoffMs(policy, n + 1, chance)).toBeGreaterThanOrEqual(backoffMs(policy, n, chance));
    },
  );

  test.prop([tries, random])('fits the integer of PostgreSQL that it is stored in', (n, chance) => {
    for (const each of [FAILURE_BACKOFF, BACKORDER_BACKOFF, DECLINE_BACKOFF]) {
      expect(backoffMs(each, n, chance)).toBeLessThan(2 ** 31);
    }
  });

  test('doubles from the base to the cap', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => backoffMs(FAILURE_BACKOFF, n, 0));
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });
});
