import { expect, test } from 'vitest';
import { median, quantile, ratios } from '../src/verdict/median.ts';

test('the median is the middle value, whatever the order', () => {
  expect(median([9, 1, 5])).toBe(5);
});

test('the median of an even number of values lies between the two in the middle', () => {
  expect(median([4, 1, 2, 3])).toBe(2.5);
});

test('the median of nothing is not a number', () => {
  expect(median([])).toBeNaN();
});

test('a quantile lies on the line between its neighbours', () => {
  const values = [0, 10, 20, 30, 40];
  expect(quantile(values, 0)).toBe(0);
  expect(quantile(values, 0.25)).toBe(10);
  expect(quantile(values, 0.99)).toBeCloseTo(39.6);
  expect(quantile(values, 1)).toBe(40);
});

test('an infinite value among the samples does not hide the others', () => {
  expect(median([1, 2, Infinity])).toBe(2);
  expect(median([1, Infinity, Infinity])).toBe(Infinity);
});

test('contenders are compared round by round', () => {
  expect(ratios([100, 60, 90], [10, 20, 30])).toEqual([10, 3, 3]);
});

test('a round that one of the two did not finish is left out', () => {
  expect(ratios([100, 60], [10])).toEqual([10]);
  expect(ratios([], [10])).toEqual([]);
});
