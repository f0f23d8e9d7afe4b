import { expect, test } from 'vitest';
import {
  charge,
  lookUp,
  postCharge,
  postVoid,
  readCharge,
  readLedger,
  readProblem,
  send,
  startTestSimulator,
} from './start-simulator.ts';

test('a charge is captured, and the same key gives the same answer and no second charge', async () => {
  const { url } = await startTestSimulator();
  const first = await charge(url, 'charge-1');
  expect(first.status).toBe('captured');
  expect(await charge(url, 'charge-1')).toEqual(first);
  expect((await readLedger(url)).charges).toHaveLength(1);
});

test('fifty equal charges at once are one charge', async () => {
  const { url } = await startTestSimulator();
  const answers = await Promise.all(Array.from({ length: 50 }, () => charge(url, 'charge-1')));
  expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
  expect((await readLedger(url)).charges).toHaveLength(1);
});

test('a key is refused for another amount or another order', async () => {
  const { url } = await startTestSimulator();
  await charge(url, 'charge-1');
  expect(await readProblem(await postCharge(url, 'charge-1', { amount: 1 }))).toEqual([
    409,
    'key-reused',
  ]);
  expect(await readProblem(await postCharge(url, 'charge-1', { orderId: 'order-2' }))).toEqual([
    409,
    'key-reused',
  ]);
});

test('a lookup finds a charge by its key, and says so when there is none', async () => {
  const { url } = await startTestSimulator();
  expect(await readProblem(await lookUp(url, 'charge/1 ü'))).toEqual([404, 'unknown-key']);
  const made = await charge(url, 'charge-1');
  expect(await readCharge(await lookUp(url, 'charge-1'))).toEqual(made);
});

test('a key that was voided first never captures', async () => {
  const { url } = await startTestSimulator();
  const voided = await readCharge(await postVoid(url, 'charge-1'));
  expect(voided.status).toBe('voided');
  expect(await readCharge(await postVoid(url, 'charge-1'))).toEqual(voided);
  expect(await charge(url, 'charge-1')).toEqual(voided);
  expect(await readCharge(await lookUp(url, 'charge-1'))).toEqual(voided);
  expect((await readLedger(url)).charges).toMatchObject([
    { key: 'charge-1', orderId: null, amount: 0, status: 'voided' },
  ]);
});

test('a void that comes after the charge changes nothing and tells its outcome', async () => {
  const { url } = await startTestSimulator();
  const captured = await charge(url, 'charge-1');
  const declined = await charge(url, 'charge-2', { simulate: 'decline' });
  expect(await readCharge(await postVoid(url, 'charge-1'))).toEqual(captured);
  expect(await readCharge(await postVoid(url, 'charge-2'))).toEqual(declined);
});

test('of a charge and a void at once one wins, and both tell the same outcome', async () => {
  const { url } = await startTestSimulator();
  for (let round = 0; round < 20; round += 1) {
    const key = `charge-${round}`;
    const [charged, voided] = await Promise.all([
      charge(url, key),
      postVoid(url, key).then(readCharge),
    ]);
    expect(charged).toEqual(voided);
  }
});

test.each([
  ['no JSON', '{"orderId":'],
  ['no object', 'null'],
  ['no order', { amount: 1, currency: 'USD', metadata: {} }],
  ['a fraction of a cent', { orderId: 'o', amount: 1.5, currency: 'USD', metadata: {} }],
  ['a negative amount', { orderId: 'o', amount: -1, currency: 'USD', metadata: {} }],
  [
    'metadata that are no strings',
    { orderId: 'o', amount: 1, currency: 'USD', metadata: { a: 1 } },
  ],
])('a charge with %s is refused', async (_, body) => {
  const { url } = await startTestSimulator();
  const response = await send('POST', `${url}/charges`, body, { 'idempotency-key': 'k' });
  expect(await readProblem(response)).toEqual([400, 'invalid-request']);
  expect((await readLedger(url)).charges).toEqual([]);
});

test.each([{}, { 'idempotency-key': 'a b' }, { 'idempotency-key': 'x'.repeat(256) }])(
  'a charge with the key %o is refused',
  async (headers: Record<string, string>) => {
    const { url } = await startTestSimulator();
    const body = { orderId: 'o', amount: 1, currency: 'USD', metadata: {} };
    const response = await send('POST', `${url}/charges`, body, headers);
    expect(await readProblem(response)).toEqual([400, 'invalid-request']);
  },
);

test('unknown paths, wrong methods and oversized bodies are answered as such', async () => {
  const { url } = await startTestSimulator();
  expect(await readProblem(await fetch(`${url}/nothing`))).toEqual([404, 'not-found']);
  const wrong = await fetch(`${url}/warehouse/stock`, { method: 'DELETE' });
  expect(wrong.headers.get('allow')).toBe('GET, PUT');
  expect(await readProblem(wrong)).toEqual([405, 'method-not-allowed']);
  const body = JSON.stringify({ orderId: 'x'.repeat(70_000) });
  const huge = await send('POST', `${url}/charges`, body, { 'idempotency-key': 'k' });
  expect(await readProblem(huge)).toEqual([413, 'payload-too-large']);
});
