import type { AttemptState } from '@orders/domain/next-call';
import { afterEach, expect, test } from 'vitest';
import type { CallResult } from '../src/payment/call-result.ts';
import { createPaymentProvider } from '../src/payment/payment-provider.ts';
import { type AnswerServer, startAnswerServer } from './answer-server.ts';

const attempt: AttemptState = {
  attempt: 1,
  key: 'charge-o1-1',
  amountMinor: 4200,
  currency: 'USD',
  outcome: null,
  createdAt: new Date(0),
};

let closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.map((close) => close()));
  closers = [];
});

async function start(answer: Parameters<typeof startAnswerServer>[0], timeoutMs = 2_000) {
  const server: AnswerServer = await startAnswerServer(answer);
  const provider = createPaymentProvider({ url: server.url, timeoutMs, maxConnections: 4 });
  closers.push(provider.close, server.close);
  return { server, provider };
}

async function charge(answer: Parameters<typeof startAnswerServer>[0], timeoutMs?: number) {
  const { provider } = await start(answer, timeoutMs);
  return provider.charge('o1', attempt, {});
}

function json(status: number, body: unknown, headers: Record<string, string> = {}) {
  return (_: unknown, response: import('node:http').ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

test('a capture, a decline and a voided key are definite outcomes', async () => {
  expect(await charge(json(200, { id: 'c1', status: 'captured' }))).toEqual({
    kind: 'outcome',
    outcome: { kind: 'captured', chargeId: 'c1' },
  });
  expect(
    await charge(json(200, { id: 'c1', status: 'declined', code: 'no_funds', retryable: true })),
  ).toEqual({
    kind: 'outcome',
    outcome: { kind: 'declined', code: 'no_funds', retryable: true },
  });
  expect(await charge(json(200, { id: 'c1', status: 'voided' }))).toEqual({
    kind: 'outcome',
    outcome: { kind: 'voided' },
  });
});

test('a charge that the provider calls wrong is refused, which is definite, too', async () => {
  for (const status of [400, 402, 422]) {
    expect(await charge(json(status, {}))).toEqual({
      kind: 'outcome',
      outcome: { kind: 'refused', code: `http_${status}` },
    });
  }
});

test('a conflict may mean that the charge has happened, so it is unknown', async () => {
  expect(await charge(json(409, { error: 'already captured' }))).toMatchObject({ kind: 'unknown' });
});

const unreadable: [string, Parameters<typeof startAnswerServer>[0]][] = [
  ['garbage', json(200, '\u0001\u0002not json')],
  ['another shape', json(200, { ok: true })],
  ['a missing outcome', json(200, { id: 'c1' })],
  ['an empty body', json(200, '')],
  ['a huge body', json(200, 'x'.repeat(1_000_000))],
  ['500', json(500, {})],
  ['a reset', (request) => request.socket.destroy()],
];
test.each(unreadable)('%s is unknown: it may have happened', async (_, answer) => {
  expect(await charge(answer)).toMatchObject({ kind: 'unknown' });
});

test('a provider that hangs, or sends its answer byte by byte, is unknown after the time-out', async () => {
  expect(await charge(() => {}, 200)).toMatchObject({ kind: 'unknown' });
  const trickle = await charge((_, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(timer));
  }, 300);
  expect(trickle).toMatchObject({ kind: 'unknown' });
});

test('Retry-After is understood as seconds and as a date, and bounded', async () => {
  const seconds = await charge(json(429, {}, { 'retry-after': '7' }));
  expect(seconds).toMatchObject({ kind: 'unknown', retryAfterMs: 7_000 });
  const date = new Date(Date.now() + 20_000).toUTCString();
  const until = await charge(json(503, {}, { 'retry-after': date }));
  expect(until.kind === 'unknown' && until.retryAfterMs).toBeGreaterThan(15_000);
  // Whose clock is right does not matter: the date is held against that of the same answer.
  const theirs = {
    date: 'Thu, 01 Jan 2037 00:00:00 GMT',
    'retry-after': 'Thu, 01 Jan 2037 00:00:09 GMT',
  };
  expect(await charge(json(503, {}, theirs))).toMatchObject({ retryAfterMs: 9_000 });
  const ages = await charge(json(503, {}, { 'retry-after': '999999999' }));
  expect(ages).toMatchObject({ retryAfterMs: 3_600_000 });
});

test('a key that the provider does not know is not found only when looked up', async () => {
  const { provider } = await start(json(404, {}));
  expect(await provider.lookUp('charge-o1-1')).toEqual({ kind: 'not-found' });
  expect(await provider.voidCharge('charge-o1-1')).toMatchObject({ kind: 'unknown' });
});

test('each call goes to its route with its key', async () => {
  const { provider, server } = await start(json(200, { id: 'x', status: 'captured' }));
  await provider.charge('o1', attempt, {});
  await provider.lookUp(attempt.key);
  await provider.voidCharge(attempt.key);
  await provider.refund({
    n: 1,
    key: 'refund-o1-1',
    chargeId: 'x',
    amountMinor: 4200,
    createdAt: new Date(0),
  });
  expect(server.seen).toEqual([
    { method: 'POST', path: '/charges', key: 'charge-o1-1' },
    { method: 'GET', path: '/charges/by-key/charge-o1-1', key: null },
    { method: 'POST', path: '/charges/by-key/charge-o1-1/void', key: null },
    { method: 'POST', path: '/refunds', key: 'refund-o1-1' },
  ]);
});

test('a provider that keeps failing is left alone, and called again when it is back', async () => {
  let healthy = false;
  const { provider, server } = await start((_, response) => {
    if (healthy) json(200, { id: 'c1', status: 'captured' })(_, response);
    else json(503, {})(_, response);
  });
  const results: CallResult[] = [];
  while (!provider.breakerIsOpen() && results.length < 1_000) {
    results.push(await provider.charge('o1', attempt, {}));
  }
  const callsUntilOpen = server.seen.length;
  const refused = await provider.charge('o1', attempt, {});
  expect(refused).toMatchObject({ kind: 'not-sent' });
  expect(server.seen).toHaveLength(callsUntilOpen);

  healthy = true;
  await expect
    .poll(() => provider.charge('o1', attempt, {}), { timeout: 10_000, interval: 200 })
    .toMatchObject({ kind: 'outcome' });
  expect(provider.breakerIsOpen()).toBe(false);
});

test('declines are answers: they never open the breaker', async () => {
  const { provider } = await start(json(200, { id: 'c', status: 'declined' }));
  await Promise.all(Array.from({ length: 200 }, () => provider.charge('o1', attempt, {})));
  expect(provider.breakerIsOpen()).toBe(false);
});
