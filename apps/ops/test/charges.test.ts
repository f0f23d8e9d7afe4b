import type { Ledger } from '@orders/domain/contracts/payment-provider';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkDatabase } from '../src/invariants/check-database.ts';
import { checkLedger } from '../src/invariants/check-ledger.ts';
import { complete, place, reserve, settle } from './support/drive-orders.ts';
import { addProduct, startDatabase, type TestDatabase } from './support/start-database.ts';

let database: TestDatabase;
let completed: string;
let rejected: string;
let reserved: string;
beforeAll(async () => {
  database = await startDatabase();
  await addProduct(database, 'PEN-0001', 100);
  completed = await complete(database);
  rejected = await place(database);
  await reserve(database, rejected);
  await settle(database, rejected, { kind: 'declined', code: 'no', retryable: false });
  reserved = await place(database);
  await reserve(database, reserved);
});
afterAll(() => database.close());

type Charge = Extract<Ledger['charges'][number], { orderId: string }>;

function charge(orderId: string, rest: Partial<Charge> = {}): Charge {
  return {
    key: `charge-${orderId}-1`,
    id: `ch-${orderId}`,
    orderId,
    amount: 1_000,
    currency: 'USD',
    status: 'captured',
    refundedAmount: 0,
    createdAt: '2026-11-20T00:00:00.000Z',
    ...rest,
  };
}

/** What I3 finds when the provider's ledger says this. */
async function judge(charges: Ledger['charges']): Promise<string[]> {
  const { orders } = await checkDatabase(database, {
    acknowledgedFile: null,
    healed: false,
    onProgress: () => {},
  });
  const findings = await checkLedger(database, orders, { charges, refunds: [] });
  return findings.map(({ subject, detail }) => `${subject} ${detail}`);
}

test('one kept charge of the total for a completed order, and nothing else, is as it should be', async () => {
  expect(await judge([charge(completed)])).toEqual([]);
});

test('declined, voided and refunded charges beside it are no violation', async () => {
  expect(
    await judge([
      charge(completed, { id: 'a', status: 'declined' }),
      { ...charge(completed, { id: 'b' }), status: 'voided', orderId: null, currency: null },
      charge(completed, { id: 'c', refundedAmount: 1_000 }),
      charge(completed, { id: 'd' }),
      charge(rejected, { status: 'declined' }),
      charge(rejected, { id: 'e', refundedAmount: 1_000 }),
    ]),
  ).toEqual([]);
});

test('a completed order that was not charged is found', async () => {
  expect(await judge([])).toEqual([`${completed} is completed, but no charge was kept`]);
  expect(await judge([charge(completed, { refundedAmount: 1_000 })])).toEqual([
    `${completed} is completed, but no charge was kept`,
  ]);
});

test('another amount or currency than the total is found', async () => {
  expect(await judge([charge(completed, { amount: 999 })])).toEqual([
    `${completed} has a total of 1000 USD, but was charged 999 USD`,
  ]);
  expect(await judge([charge(completed, { currency: 'EUR' })])).toEqual([
    `${completed} has a total of 1000 USD, but was charged 1000 EUR`,
  ]);
});

test('two kept charges are found, also of an order that is under way', async () => {
  const twice = (id: string): Charge[] => [charge(id, { id: 'a' }), charge(id, { id: 'b' })];
  expect(await judge(twice(completed))).toEqual([
    `${completed} is completed and was charged 2 times: a, b`,
  ]);
  expect(await judge([charge(completed), ...twice(reserved)])).toEqual([
    `${reserved} is reserved and was charged 2 times: a, b`,
  ]);
});

test('a charge of a rejected order that was kept is found', async () => {
  expect(await judge([charge(completed), charge(rejected)])).toEqual([
    `${rejected} is rejected, but charge ch-${rejected} was kept`,
  ]);
});

test('a charge that was only partly given back counts as kept', async () => {
  expect(await judge([charge(completed), charge(rejected, { refundedAmount: 999 })])).toEqual([
    `${rejected} is rejected, but charge ch-${rejected} was kept`,
  ]);
});

test('a refund of more than was charged is found', async () => {
  const charges = [charge(completed), charge(rejected, { refundedAmount: 2_000 })];
  expect(await judge(charges)).toEqual([
    `${rejected} more was given back of charge ch-${rejected} than was taken`,
  ]);
});

test('a charge of an order that nobody knows is found, one of an order newer than the snapshot is not', async () => {
  const lost = uuidv7();
  expect(await judge([charge(completed), charge(lost), charge('not an id')])).toEqual([
    expect.stringMatching(/^not an id was charged .*no such order$/),
    expect.stringMatching(new RegExp(`^${lost} was charged .*no such order$`)),
  ]);
  const { orders } = await checkDatabase(database, {
    acknowledgedFile: null,
    healed: false,
    onProgress: () => {},
  });
  const newer = await place(database);
  const charges = [charge(completed), charge(newer)];
  expect(await checkLedger(database, orders, { charges, refunds: [] })).toEqual([]);
});

test('an order at rest whose refund is still to be made is not judged by it', async () => {
  await database.sql(
    `INSERT INTO refunds (order_id, n, key, charge_id, amount_minor, currency)
     VALUES ($1::uuid, 1, 'refund', 'ch', 1000, 'USD')`,
    rejected,
  );
  expect(await judge([charge(completed), charge(rejected)])).toEqual([]);
  await database.sql('DELETE FROM refunds');
});
