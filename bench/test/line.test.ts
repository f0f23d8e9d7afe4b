import { expect, test } from 'vitest';
import { atLeast, atMost, createFailedLine, createLine, judge } from '../src/verdict/line.ts';

test('a target is met at its very value, in either direction', () => {
  expect(judge(6, atLeast(6))).toBe('met');
  expect(judge(5.99, atLeast(6))).toBe('missed');
  expect(judge(250, atMost(250))).toBe('met');
  expect(judge(250.1, atMost(250))).toBe('missed');
});

test('without a target a figure is only shown', () => {
  expect(judge(1, null)).toBe('shown');
});

test('a figure that is not there has missed its target', () => {
  expect(judge(NaN, atLeast(1))).toBe('missed');
  expect(judge(NaN, atMost(1))).toBe('missed');
  expect(judge(Infinity, atMost(1))).toBe('missed');
});

test('a line judges the median of its samples', () => {
  const line = createLine({
    part: 'intake',
    figure: 'accepted',
    unit: '×',
    samples: [9, 5, 7],
    target: atLeast(6),
  });
  expect(line).toMatchObject({ value: 7, verdict: 'met', note: '' });
});

test('a part that could not be measured is missed and says why', () => {
  expect(createFailedLine('burst', new Error('no'))).toMatchObject({
    part: 'burst',
    verdict: 'missed',
    note: 'no',
  });
});
