import { expect, test } from 'vitest';
import {
  charge,
  lookUp,
  postCharge,
  postRefund,
  readLedger,
  readProblem,
  send,
  startTestSimulator,
} from './start-simulator.ts';

const KEYS = Array.from({ length: 400 }, (_, n) => `charge-${n}`);

test('the same seed strikes the same calls, in whatever order they come; another seed strikes others', async () => {
  const faults = '500=0.1,503=0.1,429=0.1';
  const [one, same, other] = await Promise.all([
    startTestSimulator(faults, 7),
    startTestSimulator(faults, 7),
    startTestSimulator(faults, 8),
  ]);
  async function strike(url: string, keys: readonly string[]): Promise<Map<string, number>> {
    const struck = keys.map(async (key): Promise<[string, number]> => {
      const { status } = await postCharge(url, key, { orderId: key });
      return [key, status];
    });
    return new Map(await Promise.all(struck));
  }
  const outcomes = await strike(one.url, KEYS);
  expect(await strike(same.url, [...KEYS].reverse())).toEqual(outcomes);
  expect(await strike(other.url, KEYS)).not.toEqual(outcomes);
  const failed = [...outcomes.values()].filter((status) => status !== 200).length;
  expect(failed).toBeGreaterThan(80);
  expect(failed).toBeLessThan(160);
});

test('a call that was struck is drawn anew when it is repeated, so every charge gets through', async () => {
  const { url } = await startTestSimulator('500=0.3,drop=0.2,garbage=0.1');
  await Promise.all(
    KEYS.map((orderId) =>
      expect
        .poll(() => charge(url, `charge-${orderId}`, { orderId }).catch(() => undefined), {
          interval: 1,
          timeout: 10_000,
        })
        .toMatchObject({ status: 'captured' }),
    ),
  );
  expect((await readLedger(url)).charges).toHaveLength(KEYS.length);
});

test('shares of charges are declined, for good or softly, and stay so', async () => {
  const { url } = await startTestSimulator('decline=0.2,decline-soft=0.2');
  const answers = await Promise.all(KEYS.map((key) => charge(url, key, { orderId: key })));
  const soft = answers.filter(({ status, retryable }) => status === 'declined' && retryable);
  const hard = answers.filter(({ status, retryable }) => status === 'declined' && !retryable);
  for (const declined of [soft, hard]) {
    expect(declined.length).toBeGreaterThan(50);
    expect(declined.length).toBeLessThan(110);
  }
  const again = await Promise.all(KEYS.map((key) => charge(url, key, { orderId: key })));
  expect(again).toEqual(answers);
});

test('faults can be changed while it runs, for some kinds of call only', async () => {
  const { url } = await startTestSimulator();
  const { id: chargeId } = await charge(url, 'charge-1');
  const set = await send('PUT', `${url}/faults`, { faults: 'refund.500=1', seed: 3 });
  expect(await set.json()).toEqual({ faults: 'refund.500=1', seed: 3, outage: 'off' });
  expect((await postRefund(url, 'refund-1', { chargeId, amount: 1 })).status).toBe(500);
  expect((await lookUp(url, 'charge-1')).status).toBe(200);
  await send('PUT', `${url}/faults`, { faults: '' });
  expect((await postRefund(url, 'refund-1', { chargeId, amount: 1 })).status).toBe(200);
  expect(await (await fetch(`${url}/faults`)).json()).toEqual({
    faults: '',
    seed: 3,
    outage: 'off',
  });
});

test('in an outage every call of a partner fails and nothing is done, until it is over', async () => {
  const { url } = await startTestSimulator();
  await send('PUT', `${url}/faults`, { outage: '503' });
  const away = await postCharge(url, 'charge-1');
  expect(away.headers.get('retry-after')).toBe('1');
  expect(await readProblem(away)).toEqual([503, 'unavailable']);
  expect((await fetch(`${url}/warehouse/stock`)).status).toBe(503);
  expect((await fetch(`${url}/health`)).status).toBe(200);

  await send('PUT', `${url}/faults`, { outage: 'hang' });
  const signal = AbortSignal.timeout(200);
  await expect(postCharge(url, 'charge-1', { signal })).rejects.toThrow(/timeout/);

  await send('PUT', `${url}/faults`, { outage: 'drop' });
  await expect(postCharge(url, 'charge-1')).rejects.toThrow();

  await send('PUT', `${url}/faults`, { outage: 'off' });
  expect((await readLedger(url)).charges).toEqual([]);
  expect((await charge(url, 'charge-1')).status).toBe('captured');
});

test('delays are drawn from their range', async () => {
  const { url } = await startTestSimulator('delay=40..60');
  const start = performance.now();
  await charge(url, 'charge-1');
  expect(performance.now() - start).toBeGreaterThan(38);
});

test.each([
  '500',
  '500=',
  '500=2',
  '500=-1',
  '500=1..2',
  'no-such=0.1',
  'nobody.500=0.1',
  '500=0.6,503=0.6',
  'refund.decline=0.1',
  'charge.empty-feed=1',
  'delay=80..20',
  'delay=9999999',
  '500=0.1;503=0.1',
])('the faults "%s" are refused and nothing changes', async (faults) => {
  const { url } = await startTestSimulator('500=0.5');
  expect(await readProblem(await send('PUT', `${url}/faults`, { faults }))).toEqual([
    400,
    'invalid-request',
  ]);
  expect(await (await fetch(`${url}/faults`)).json()).toMatchObject({ faults: '500=0.5' });
});
