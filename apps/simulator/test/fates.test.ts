import { expect, test } from 'vitest';
import {
  charge,
  type ChargeOptions,
  lookUp,
  postCharge,
  postRefund,
  postVoid,
  readCharge,
  readLedger,
  readProblem,
  startTestSimulator,
} from './start-simulator.ts';

test('decline refuses for good, under every key of the order', async () => {
  const { url } = await startTestSimulator();
  for (const key of ['charge-1', 'charge-2']) {
    const answer = await charge(url, key, { simulate: 'decline' });
    expect(answer).toMatchObject({ status: 'declined', code: 'card_declined', retryable: false });
    expect(await charge(url, key, { simulate: 'decline' })).toEqual(answer);
  }
});

test('decline-soft:N declines the first N attempts of the order, however often each is repeated', async () => {
  const { url } = await startTestSimulator();
  const simulate = 'decline-soft:2';
  const outcomes: unknown[] = [];
  for (const key of ['charge-1', 'charge-1', 'charge-2', 'charge-3', 'charge-3']) {
    const { status, retryable } = await charge(url, key, { simulate });
    outcomes.push([status, retryable]);
  }
  expect(outcomes).toEqual([
    ['declined', true],
    ['declined', true],
    ['declined', true],
    ['captured', undefined],
    ['captured', undefined],
  ]);
  expect((await charge(url, 'other-1', { orderId: 'other', simulate })).status).toBe('declined');
});

test.each(['500', '503', '429'])(
  '%s:2 fails two calls uncharged and then charges',
  async (status) => {
    const { url } = await startTestSimulator();
    const simulate = `${status}:2`;
    for (let call = 0; call < 2; call += 1) {
      const response = await postCharge(url, 'charge-1', { simulate });
      expect(response.status).toBe(Number(status));
      expect(response.headers.get('retry-after')).toBe(status === '500' ? null : '1');
      await response.body?.cancel();
      expect((await lookUp(url, 'charge-1')).status).toBe(404);
    }
    expect((await charge(url, 'charge-1', { simulate })).status).toBe('captured');
  },
);

test('hang-before never answers and does not charge; the next call is served', async () => {
  const { url } = await startTestSimulator();
  const simulate = 'hang-before';
  const signal = AbortSignal.timeout(500);
  await expect(postCharge(url, 'charge-1', { simulate, signal })).rejects.toThrow(/timeout/);
  expect((await lookUp(url, 'charge-1')).status).toBe(404);
  expect((await charge(url, 'charge-1', { simulate })).status).toBe('captured');
});

test('hang-after charges and never answers; the charge is found by its key', async () => {
  const { url } = await startTestSimulator();
  const client = new AbortController();
  const { signal } = client;
  const hung = postCharge(url, 'charge-1', { simulate: 'hang-after', signal });
  const caught = hung.catch((error: unknown) => error);
  await expect.poll(() => lookUp(url, 'charge-1').then(({ status }) => status)).toBe(200);
  const found = await readCharge(await lookUp(url, 'charge-1'));
  expect(found.status).toBe('captured');
  client.abort();
  expect(await caught).toMatchObject({ name: 'AbortError' });
  expect(await charge(url, 'charge-1', { simulate: 'hang-after' })).toEqual(found);
});

test.each([
  ['drop', 'captured'],
  ['drop-before', undefined],
])('%s resets the connection', async (simulate, status) => {
  const { url } = await startTestSimulator();
  const failed = await postCharge(url, 'charge-1', { simulate }).catch((error: unknown) => error);
  expect(failed).toMatchObject({ cause: { code: 'ECONNRESET' } });
  const found = await lookUp(url, 'charge-1');
  expect(found.status === 200 ? (await readCharge(found)).status : undefined).toBe(status);
});

test('garbage charges and answers what is no JSON', async () => {
  const { url } = await startTestSimulator();
  const response = await postCharge(url, 'charge-1', { simulate: 'garbage' });
  expect(response.status).toBe(200);
  await expect(response.json()).rejects.toThrow(SyntaxError);
  expect((await readCharge(await lookUp(url, 'charge-1'))).status).toBe('captured');
});

test('huge charges and answers more than anybody should read', async () => {
  const { url } = await startTestSimulator();
  const response = await postCharge(url, 'charge-1', { simulate: 'huge' });
  let bytes = 0;
  for await (const chunk of response.body ?? []) bytes += chunk.length;
  expect(bytes).toBeGreaterThan(64 * 1024 * 1024);
  expect((await readCharge(await lookUp(url, 'charge-1'))).status).toBe('captured');
});

test('slow-body charges and sends its answer so slowly that only a deadline for all of it helps', async () => {
  const { url } = await startTestSimulator();
  const response = await postCharge(url, 'charge-1', { simulate: 'slow-body' });
  const reader = response.body?.getReader();
  expect(await reader?.read()).toEqual({ done: false, value: Uint8Array.of(0x7b) });
  expect((await readCharge(await lookUp(url, 'charge-1'))).status).toBe('captured');
  await reader?.cancel();
});

test('partial charges and breaks off in the middle of the answer', async () => {
  const { url } = await startTestSimulator();
  const response = await postCharge(url, 'charge-1', { simulate: 'partial' });
  await expect(response.text()).rejects.toThrow();
  expect((await readCharge(await lookUp(url, 'charge-1'))).status).toBe('captured');
});

test.each([
  ['already-captured', 409],
  ['500-after', 500],
])('%s charges and answers %i', async (simulate, status) => {
  const { url } = await startTestSimulator();
  const response = await postCharge(url, 'charge-1', { simulate });
  expect(response.status).toBe(status);
  expect((await readCharge(await lookUp(url, 'charge-1'))).status).toBe('captured');
  expect((await charge(url, 'charge-1', { simulate })).status).toBe('captured');
});

test('delay:MS answers later, and charges also when the client has given up', async () => {
  const { url } = await startTestSimulator();
  const start = performance.now();
  await charge(url, 'charge-1', { simulate: 'delay:120' });
  expect(performance.now() - start).toBeGreaterThan(115);

  const signal = AbortSignal.timeout(300);
  const options: ChargeOptions = { orderId: 'order-2', simulate: 'delay:1500', signal };
  await expect(postCharge(url, 'charge-2', options)).rejects.toThrow(/timeout/);
  expect((await lookUp(url, 'charge-2')).status).toBe(404);
  await expect
    .poll(() => lookUp(url, 'charge-2').then(({ status }) => status), { timeout: 10_000 })
    .toBe(200);
});

test('joined fates are used up one after the other', async () => {
  const { url } = await startTestSimulator();
  const simulate = '500:1+503:2, decline-soft:1+delay:1';
  const seen: unknown[] = [];
  for (const key of ['k-1', 'k-1', 'k-1', 'k-1', 'k-2']) {
    const response = await postCharge(url, key, { simulate });
    seen.push(response.ok ? (await readCharge(response)).status : response.status);
  }
  expect(seen).toEqual([500, 503, 503, 'declined', 'captured']);
});

test('fates strike lookups, voids and refunds when they name them', async () => {
  const { url } = await startTestSimulator();
  const simulate = 'lookup.500:1+void.503:1+refund.429:2';
  const { id: chargeId } = await charge(url, 'charge-1', { simulate });
  const statuses: number[] = [];
  for (const call of [lookUp, lookUp, postVoid, postVoid]) {
    statuses.push((await call(url, 'charge-1')).status);
  }
  for (let n = 0; n < 3; n += 1) {
    statuses.push((await postRefund(url, 'refund-1', { chargeId, amount: 1 })).status);
  }
  expect(statuses).toEqual([500, 200, 503, 200, 429, 429, 200]);
});

test.each([
  '',
  'declines',
  '500:',
  '500:0',
  '500:x',
  '500:1:1',
  'delay',
  'decline-soft',
  'stock.500:1',
  'refund.already-captured',
  'empty-feed',
  'decline:3',
  '500:1+what',
])('the unknown fate "%s" is refused', async (simulate) => {
  const { url } = await startTestSimulator();
  const response = await postCharge(url, 'charge-1', { simulate });
  expect(await readProblem(response)).toEqual([400, 'unknown-fate']);
  expect((await readLedger(url)).charges).toEqual([]);
});
