import { timeOfId } from '@orders/domain/order-id';
import { expect, test } from 'vitest';

test('an id tells when it was made', () => {
  expect(timeOfId('01939f2c-6b1e-7c3a-9d7e-5a1f0c2b3d4e')).toBe(0x01939f2c6b1e);
  // The example of RFC 9562, A.6.
  expect(timeOfId('017F22E2-79B0-7CC3-98C4-DC0C0C07398F')).toBe(Date.UTC(2022, 1, 22, 19, 22, 22));
});
