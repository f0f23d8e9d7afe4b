import { validate, version } from 'uuid';
import { expect, test } from 'vitest';
import { newOrderId } from '../src/orders/new-order-id.ts';

test('ids are UUIDs of version 7 that name their moment, each greater than the one before', () => {
  const from = Date.now();
  const ids = Array.from({ length: 20_000 }, newOrderId);
  const until = Date.now();
  for (const id of ids) {
    expect(validate(id) && version(id)).toBe(7);
    const at = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
    expect(at >= from && at <= until).toBe(true);
  }
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});
