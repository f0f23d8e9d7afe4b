import { decideWorkers, estimateDrain, type ScalingRules } from '@orders/domain/decide-workers';
import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';

const RULES: ScalingRules = {
  drainSeconds: 60,
  ordersPerSecond: 100,
  minWorkers: 1,
  maxWorkers: 20,
};
const load = (waiting: number, arrivalPerSecond = 0, completionPerSecond = 0) => ({
  waiting,
  arrivalPerSecond,
  completionPerSecond,
});

test('nothing to do needs the fewest workers', () => {
  expect(decideWorkers(load(0), RULES)).toBe(1);
  expect(decideWorkers(load(0), { ...RULES, minWorkers: 0 })).toBe(0);
});

test('workers keep up with what arrives and drain the backlog in time', () => {
  expect(decideWorkers(load(0, 250), RULES)).toBe(3);
  expect(decideWorkers(load(12_000), RULES)).toBe(2);
  expect(decideWorkers(load(12_000, 250), RULES)).toBe(5);
});

const count = fc.nat(10_000_000);
property.prop([count, count, count])(
  'never fewer or more than the limits, and never fewer for more work',
  (waiting, arrivals, more) => {
    const workers = decideWorkers(load(waiting, arrivals), RULES);
    expect(workers).toBeGreaterThanOrEqual(1);
    expect(workers).toBeLessThanOrEqual(20);
    expect(decideWorkers(load(waiting + more, arrivals), RULES)).toBeGreaterThanOrEqual(workers);
  },
);

test('the time to drain is told, or that there is none', () => {
  expect(estimateDrain(load(0, 5, 0))).toBe(0);
  expect(estimateDrain(load(100, 10, 30))).toBe(5);
  expect(estimateDrain(load(100, 30, 30))).toBeNull();
  expect(estimateDrain(load(100, 40, 30))).toBeNull();
});
