import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { addressBlock } from '../src/limits/address-block.ts';
import { createWindowCounts } from '../src/limits/window-counts.ts';

const WINDOW = 60_000;
/** The beginning of a window. */
const START = WINDOW * 1_000;
const create = (max: number, maxKeys = 100) =>
  createWindowCounts({ max, windowMs: WINDOW, maxKeys });

function fill(counts: ReturnType<typeof create>, times: number, at: number): number {
  let allowed = 0;
  for (let n = 0; n < times; n += 1) {
    if (!counts.look('a', at).allowed) continue;
    counts.count('a', at);
    allowed += 1;
  }
  return allowed;
}

describe('counting in a window that slides', () => {
  test('exactly the limit is allowed at once', () => {
    const counts = create(10);
    expect(fill(counts, 25, START)).toBe(10);
    expect(counts.look('a', START)).toMatchObject({ allowed: false, remaining: 0 });
    expect(counts.look('b', START)).toMatchObject({ allowed: true, remaining: 10 });
  });

  test('the turn of the window gives nobody a second helping', () => {
    const counts = create(10);
    fill(counts, 10, START + WINDOW - 1);
    expect(fill(counts, 10, START + WINDOW)).toBe(0);
    expect(fill(counts, 10, START + WINDOW * 1.5)).toBe(5);
    expect(fill(counts, 10, START + WINDOW * 3)).toBe(10);
  });

  test('a refusal at the very border names the next moment', () => {
    const counts = create(2);
    fill(counts, 2, START);
    fill(counts, 1, START + WINDOW * 1.5);
    expect(counts.look('a', START + WINDOW * 1.5)).toMatchObject({
      allowed: false,
      retryAfterMs: 1,
    });
    expect(counts.look('a', START + WINDOW * 1.5 + 1).allowed).toBe(true);
  });

  property.prop([
    fc.integer({ min: 1, max: 50 }),
    fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: WINDOW / 2 })), {
      minLength: 1,
      maxLength: 12,
    }),
  ])('after the time that a refusal names, one is allowed', (max, bursts) => {
    const counts = create(max);
    let now = START;
    for (const [times, pause] of bursts) {
      fill(counts, times, now);
      const { allowed, retryAfterMs } = counts.look('a', now);
      expect(allowed).toBe(retryAfterMs === 0);
      if (!allowed) {
        const later = now + Math.ceil(retryAfterMs / 1_000) * 1_000 + 1;
        const copy = counts.look('a', later);
        expect(copy.allowed).toBe(true);
        now = later;
      }
      now += pause;
    }
  });

  test('keys are bounded in number: the oldest goes', () => {
    const counts = create(1, 3);
    for (const key of ['a', 'b', 'c', 'd']) counts.count(key, START);
    expect(counts.look('a', START).allowed).toBe(true);
    expect(counts.look('b', START).allowed).toBe(false);
    expect(counts.look('d', START).allowed).toBe(false);
  });

  test('only keys that come near their limit are shared, and what others counted counts', () => {
    const counts = create(160);
    fill(counts, 10, START);
    expect(counts.openCounts(START)).toEqual([]);
    fill(counts, 1, START);
    const [open] = counts.openCounts(START);
    expect(open).toMatchObject({ key: 'a', add: 11 });
    open?.settle(111);
    expect(counts.look('a', START).remaining).toBe(49);
    fill(counts, 2, START);
    expect(counts.openCounts(START)).toMatchObject([{ add: 2 }]);
  });

  test('what others said of a window that is over is not counted in the next', () => {
    const counts = create(16);
    fill(counts, 5, START);
    const [open] = counts.openCounts(START);
    counts.count('a', START + WINDOW * 2);
    open?.settle(16);
    expect(counts.look('a', START + WINDOW * 2).remaining).toBe(15);
  });
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s counts as %s', (address, block) => {
  expect(addressBlock(address)).toBe(block);
});
