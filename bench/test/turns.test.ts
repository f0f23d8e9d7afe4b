import { expect, test } from 'vitest';
import { createTurn, takeTurns } from '../src/figures/turns.ts';

test('contenders alternate, and each keeps its results by round', async () => {
  const order: string[] = [];
  const note = (name: string) => async () => order.push(name);
  const first = createTurn(note('first'));
  const second = createTurn(note('second'));

  await takeTurns(3, [first, second]);

  expect(order).toEqual(['first', 'second', 'first', 'second', 'first', 'second']);
  expect(first.results).toEqual([1, 3, 5]);
  expect(second.results).toEqual([2, 4, 6]);
});
