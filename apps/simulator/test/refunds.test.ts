import { refundSchema } from '@orders/domain/contracts/payment-provider';
import { expect, test } from 'vitest';
import {
  charge,
  postRefund,
  postVoid,
  readCharge,
  readLedger,
  readProblem,
  startTestSimulator,
} from './start-simulator.ts';

test('a refund is done once per key', async () => {
  const { url } = await startTestSimulator();
  const { id: chargeId } = await charge(url, 'charge-1', { amount: 500 });
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => postRefund(url, 'refund-1', { chargeId, amount: 500 })),
  );
  const refunds = await Promise.all(
    answers.map(async (answer) => refundSchema.parse(await answer.json())),
  );
  expect(new Set(refunds.map(({ id }) => id)).size).toBe(1);
  const ledger = await readLedger(url);
  expect(ledger.refunds).toMatchObject([{ key: 'refund-1', chargeId, amount: 500 }]);
  expect(ledger.charges).toMatchObject([{ id: chargeId, refundedAmount: 500 }]);
});

test('refunds together never exceed what was captured', async () => {
  const { url } = await startTestSimulator();
  const { id: chargeId } = await charge(url, 'charge-1', { amount: 500 });
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, n) => postRefund(url, `refund-${n}`, { chargeId, amount: 150 })),
  );
  const statuses = answers.map(({ status }) => status).sort((a, b) => a - b);
  expect(statuses).toEqual([200, 200, 200, ...Array.from({ length: 7 }, () => 409)]);
  expect((await readLedger(url)).charges).toMatchObject([{ refundedAmount: 450 }]);
});

test('a refund is refused for an unknown charge, one without money, or a used key', async () => {
  const { url } = await startTestSimulator();
  const captured = await charge(url, 'charge-1', { amount: 500 });
  const declined = await charge(url, 'charge-2', { simulate: 'decline' });
  const voided = await readCharge(await postVoid(url, 'charge-3'));
  async function refund(key: string, chargeId: string, amount: number) {
    return readProblem(await postRefund(url, key, { chargeId, amount }));
  }
  expect(await refund('r', 'ch_other_1', 1)).toEqual([404, 'unknown-charge']);
  expect(await refund('r', declined.id, 1)).toEqual([409, 'not-captured']);
  expect(await refund('r', voided.id, 0)).toEqual([409, 'not-captured']);
  expect(await refund('r', captured.id, 501)).toEqual([409, 'refund-too-large']);
  expect((await postRefund(url, 'r', { chargeId: captured.id, amount: 1 })).status).toBe(200);
  expect(await refund('r', captured.id, 2)).toEqual([409, 'key-reused']);
});

test('charges of two ledger files never have the same id', async () => {
  const [one, other] = await Promise.all([startTestSimulator(), startTestSimulator()]);
  const { id: chargeId } = await charge(one.url, 'charge-1');
  await charge(other.url, 'charge-1');
  const response = await postRefund(other.url, 'refund-1', { chargeId, amount: 1 });
  expect(await readProblem(response)).toEqual([404, 'unknown-charge']);
});

test('the ledger of one order holds its charges and refunds and no others', async () => {
  const { url } = await startTestSimulator();
  await charge(url, 'a-1', { orderId: 'a', simulate: 'decline-soft:1' });
  const { id } = await charge(url, 'a-2', { orderId: 'a', simulate: 'decline-soft:1' });
  await charge(url, 'b-1', { orderId: 'b' });
  await postRefund(url, 'refund-a', { chargeId: id, amount: 7 });
  const ledger = await readLedger(url, 'a');
  expect(ledger.charges.map(({ key, status }) => [key, status])).toEqual([
    ['a-1', 'declined'],
    ['a-2', 'captured'],
  ]);
  expect(ledger.refunds).toMatchObject([{ key: 'refund-a', chargeId: id }]);
  expect(await readLedger(url, 'nobody')).toEqual({ charges: [], refunds: [] });
});

test('the ledger is of one moment while charging and refunding go on', async () => {
  const { url } = await startTestSimulator();
  let done = false;
  async function chargeAndRefund(worker: number): Promise<void> {
    for (let n = 0; !done; n += 1) {
      const { id: chargeId } = await charge(url, `charge-${worker}-${n}`, { amount: 10 });
      await postRefund(url, `refund-${worker}-${n}`, { chargeId, amount: 10 });
    }
  }
  const load = Promise.all(Array.from({ length: 8 }, (_, worker) => chargeAndRefund(worker)));
  let charges = 0;
  while (charges < 1_000) {
    const ledger = await readLedger(url);
    charges = ledger.charges.length;
    const refunded = new Map(ledger.refunds.map(({ chargeId, amount }) => [chargeId, amount]));
    const wrong = ledger.charges.filter((c) => c.refundedAmount !== (refunded.get(c.id) ?? 0));
    expect(wrong).toEqual([]);
    expect(ledger.refunds.length).toBeLessThanOrEqual(charges);
  }
  done = true;
  await load;
});
