import { expect, test } from 'vitest';
import { createTokenMemory } from '../src/authentication/token-memory.ts';

const principal = { subject: 'customer-1', isOperator: false };

test('a token is remembered for its time, and no longer', () => {
  const memory = createTokenMemory(10, 1_000);
  memory.remember('token', principal, 10_000, 0);
  expect(memory.recall('token', 999)).toBe(principal);
  expect(memory.recall('token', 1_000)).toBeNull();
  expect(memory.recall('token', 0)).toBeNull();
});

test('a token is not remembered beyond its expiry', () => {
  const memory = createTokenMemory(10, 1_000);
  memory.remember('token', principal, 500, 0);
  expect(memory.recall('token', 499)).toBe(principal);
  expect(memory.recall('token', 500)).toBeNull();
});

test('however many tokens come, only so many are kept, the latest used', () => {
  const memory = createTokenMemory(3, 1_000);
  for (const token of ['a', 'b', 'c']) memory.remember(token, principal, 10_000, 0);
  expect(memory.recall('a', 1)).toBe(principal);
  for (const token of ['d', 'e']) memory.remember(token, principal, 10_000, 1);
  const kept = ['a', 'b', 'c', 'd', 'e'].filter((token) => memory.recall(token, 2) !== null);
  expect(kept).toEqual(['a', 'd', 'e']);
});
