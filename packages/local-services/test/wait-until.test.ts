import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { waitUntil } from '@orders/local-services/wait-until';

test('the first value that is not false, null or undefined is returned', async () => {
  const values = [false, null, undefined, 0];
  const seen = await waitUntil(() => values.shift(), { what: 'a value', timeoutMs: 1000 });
  expect(seen).toBe(0);
});

test('the deadline is reported with what was awaited and the last error', async () => {
  const refuse = (): never => {
    throw new Error('connection refused');
  };
  await expect(waitUntil(refuse, { what: 'the server', timeoutMs: 60 })).rejects.toThrow(
    'waited 60 ms for the server: connection refused',
  );
});

test('a look that never returns does not outlast the deadline', async () => {
  const hang = (): Promise<true> => delay(60_000, true, { ref: false });
  await expect(waitUntil(hang, { what: 'an answer', timeoutMs: 60 })).rejects.toThrow('an answer');
});
