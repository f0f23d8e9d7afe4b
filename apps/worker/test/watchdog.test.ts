import { expect, test } from 'vitest';
import { createWatchdog } from '../src/sweeper/watchdog.ts';

const wedged = { overdue: true, active: false, paused: false };

test('a worker is stuck when overdue work has found it idle at every look for the whole time', () => {
  const isStuck = createWatchdog(60_000);
  expect(isStuck(wedged, 0)).toBe(false);
  expect(isStuck(wedged, 59_999)).toBe(false);
  expect(isStuck(wedged, 60_000)).toBe(true);
});

test.each([
  ['it works', { ...wedged, active: true }],
  ['nothing is overdue', { ...wedged, overdue: false }],
  ['the queue is paused', { ...wedged, paused: true }],
])('the time begins anew when %s', (_, pulse) => {
  const isStuck = createWatchdog(60_000);
  isStuck(wedged, 0);
  expect(isStuck(pulse, 50_000)).toBe(false);
  expect(isStuck(wedged, 70_000)).toBe(false);
  expect(isStuck(wedged, 130_000)).toBe(true);
});
