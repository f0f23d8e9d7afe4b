import { expect, test } from 'vitest';
import { judgeRun, type RunFacts } from '../src/load/judge-run.ts';
import { createPlacement, type Placement } from '../src/load/placement.ts';
import type { Outcome } from '../src/load/wait-for-rest.ts';

const COMPLETED: Outcome = {
  status: 'completed',
  reason: null,
  totalMinor: 500,
  currency: 'USD',
  createdMs: 0,
  completedMs: 10,
};
const REJECTED: Outcome = {
  ...COMPLETED,
  status: 'rejected',
  reason: 'out_of_stock',
  completedMs: null,
};

function accepted(index: number): Placement {
  const order = { index, customerId: 'c', idempotencyKey: String(index), items: [] };
  return {
    ...createPlacement(order),
    sentMs: 0,
    acceptedMs: 1,
    tries: 1,
    answer: 201,
    orderId: `o${index}`,
  };
}

const kept = (amount = 500) => ({
  kept: [{ id: 'ch', amount, currency: 'USD' }],
  overRefunded: [],
});

/** Two orders that completed and were charged. */
function facts(changes: Partial<RunFacts> = {}): RunFacts {
  return {
    placements: [accepted(0), accepted(1)],
    outcomes: new Map([
      ['o0', COMPLETED],
      ['o1', COMPLETED],
    ]),
    rows: 2,
    ledger: new Map([
      ['o0', kept()],
      ['o1', kept()],
    ]),
    stockFindings: [],
    stock: null,
    interrupted: false,
    ...changes,
  };
}

test('a run in which everything is as promised passes', () => {
  expect(judgeRun(facts())).toEqual([]);
});

test('orders that were not accepted are told by the answer they got', () => {
  const refused = { ...accepted(1), orderId: null, answer: 422, problem: '/problems/unknown-sku' };
  const lost = { ...accepted(2), orderId: null, answer: 'lost' as const };
  expect(judgeRun(facts({ placements: [accepted(0), refused, lost], rows: 1 }))).toEqual([
    '1 orders were not accepted: HTTP 422 /problems/unknown-sku',
    '1 orders were not accepted: no answer',
  ]);
});

test('accepted orders, their ids and their rows must be equally many', () => {
  const twin = { ...accepted(1), orderId: 'o0' };
  expect(judgeRun(facts({ placements: [accepted(0), twin], rows: 3 }))).toEqual([
    '2 orders were accepted under only 1 different ids',
    '2 orders were accepted, but the table has 3',
  ]);
});

test('every order must be terminal', () => {
  const outcomes = new Map([['o0', { ...COMPLETED, status: 'failed' }]]);
  expect(judgeRun(facts({ outcomes, ledger: new Map() }))).toEqual([
    '1 orders failed and wait in dead letters, such as o0',
    '1 orders did not come to rest: not in the table, such as o1',
  ]);
});

test('each completed order has one charge of its total, and no other order keeps one', () => {
  const twice = { kept: [...kept().kept, ...kept().kept], overRefunded: [] };
  expect(judgeRun(facts({ ledger: new Map([['o0', twice]]) }))).toEqual([
    '1 completed orders were not charged',
    '1 orders were charged more than once',
  ]);
  const outcomes = new Map([
    ['o0', COMPLETED],
    ['o1', REJECTED],
  ]);
  expect(
    judgeRun(
      facts({
        outcomes,
        ledger: new Map([
          ['o0', kept(499)],
          ['o1', kept()],
        ]),
      }),
    ),
  ).toEqual([
    '1 orders were charged another amount than their total',
    '1 rejected or cancelled orders had a charge kept',
  ]);
});

test('against a known stock exactly that many complete and the others are rejected as out of stock', () => {
  const outcomes = new Map([
    ['o0', COMPLETED],
    ['o1', REJECTED],
  ]);
  const ledger = new Map([['o0', kept()]]);
  expect(judgeRun(facts({ stock: 1, outcomes, ledger }))).toEqual([]);
  expect(judgeRun(facts({ stock: 5 }))).toEqual([]);
  expect(judgeRun(facts({ stock: 1 }))).toEqual([
    '2 orders completed from a stock of 1, not 1',
    '0 orders were rejected as out of stock, not 1',
  ]);
});

test('stock that does not add up and an interruption fail a run', () => {
  expect(judgeRun(facts({ stockFindings: ['A reserved is 1'], interrupted: true }))).toEqual([
    'the run was interrupted before it was over',
    'stock: A reserved is 1',
  ]);
});
