import { expect, test } from 'vitest';
import { readOptions } from '../src/read-options.ts';
import { PARTS } from '../src/run-bench.ts';

test('without arguments everything is measured in full', () => {
  expect(readOptions([], '/out')).toMatchObject({
    kind: 'run',
    scale: { name: 'full' },
    parts: Object.keys(PARTS),
    json: false,
    out: '/out',
    profile: null,
  });
});

test('parts run in their own order, whatever the order they are named in', () => {
  expect(readOptions(['--quick', '--only', 'burst,intake'], '/out')).toMatchObject({
    kind: 'run',
    scale: { name: 'quick' },
    parts: ['intake', 'burst'],
  });
});

test('an unknown part or option is refused with the usage', () => {
  expect(readOptions(['--only', 'speed'], '/out')).toMatchObject({ kind: 'wrong' });
  expect(readOptions(['--fast'], '/out')).toMatchObject({ kind: 'wrong' });
});
