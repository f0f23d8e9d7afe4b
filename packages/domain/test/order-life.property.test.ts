import { fc, test } from '@fast-check/vitest';
import {
  decideCancel,
  decideFailure,
  decideLateOutcome,
  decideOutcome,
  decideRefunded,
  decideReservation,
  decideUpdate,
  giveUp,
} from '@orders/domain/decide';
import { decideAct, type DeadLetterAct } from '@orders/domain/decide-act';
import type { Decision, OrderState, PaymentOutcome, PaymentState } from '@orders/domain/decision';
import { canMove, isAtRest, type OrderStatus } from '@orders/domain/order-status';
import { PRODUCTION_RETRY_POLICY } from '@orders/domain/retry-policy';
import { expect } from 'vitest';

interface Attempt {
  outcome: PaymentOutcome | null;
  refund: 'none' | 'open' | 'done';
}

/** What the database keeps of an order, as far as its life depends on it. */
interface Life {
  status: OrderStatus;
  holdsStock: boolean;
  attempt: number;
  attempts: number;
  cameFrom: OrderStatus;
  /** By attempt, from 1. */
  payments: Attempt[];
}

const NOW = new Date('2026-11-20T12:00:00Z');
const POLICY = PRODUCTION_RETRY_POLICY;

const outcomes = fc.constantFrom<((n: number) => PaymentOutcome)[]>(
  (n) => ({ kind: 'captured', chargeId: `charge-${n}` }),
  (n) => ({ kind: 'captured', chargeId: `charge-${n}` }),
  () => ({ kind: 'declined', code: 'soft', retryable: true }),
  () => ({ kind: 'declined', code: 'hard', retryable: false }),
  () => ({ kind: 'voided' }),
  () => ({ kind: 'refused', code: 'bad' }),
);

const ACTS: DeadLetterAct[] = [
  { kind: 'redrive' },
  { kind: 'discard', reason: 'enough' },
  { kind: 'resolve', outcome: 'charged', reason: 'seen' },
  { kind: 'resolve', outcome: 'not_charged', reason: 'seen' },
];

const commands = fc.oneof(
  fc.record({
    kind: fc.constant('reserve' as const),
    isShort: fc.boolean(),
    waitedMs: fc.integer({ min: -5_000, max: 100_000_000 }),
  }),
  fc.record({ kind: fc.constant('settle' as const), which: fc.nat(), outcome: outcomes }),
  fc.record({ kind: fc.constant('settle' as const), which: fc.constant(0), outcome: outcomes }),
  fc.record({ kind: fc.constant('refunded' as const), which: fc.nat() }),
  fc.record({
    kind: fc.constantFrom(
      'cancel' as const,
      'fail' as const,
      'give-up' as const,
      'update' as const,
    ),
  }),
  fc.record({ kind: fc.constant('act' as const), act: fc.constantFrom(...ACTS) }),
);
type Command = typeof commands extends fc.Arbitrary<infer T> ? T : never;

function paymentOf(life: Life, attempt: number): PaymentState {
  const row = life.payments[attempt - 1];
  if (row === undefined) return 'none';
  if (row.outcome === null) return 'unknown';
  if (row.outcome.kind !== 'captured' || row.refund === 'done') return 'not_charged';
  return row.refund === 'open' ? 'refunding' : 'captured';
}

function stateOf(life: Life, attempt = life.attempt, stepStartedAt = NOW): OrderState {
  const { status, holdsStock, attempts } = life;
  const payment = paymentOf(life, attempt);
  return {
    status,
    holdsStock,
    attempt: life.attempt,
    payment,
    attempts,
    createdAt: NOW,
    stepStartedAt,
  };
}

function decide(life: Life, command: Command): Decision {
  const circumstances = { now: NOW, random: 0.5, policy: POLICY };
  switch (command.kind) {
    case 'reserve': {
      const allocation = command.isShort
        ? ({ kind: 'short', items: [{ sku: 'A', quantity: 1 }] } as const)
        : ({ kind: 'allocated' } as const);
      const startedAt = new Date(NOW.getTime() - command.waitedMs);
      return decideReservation(stateOf(life, life.attempt, startedAt), allocation, circumstances);
    }
    case 'settle': {
      // Also of attempts long past; a definite outcome never changes.
      const number =
        command.which === 0
          ? life.attempt
          : 1 + (command.which % Math.max(1, life.payments.length));
      const attempt = life.payments[number - 1];
      if (attempt === undefined) return { kind: 'none' };
      attempt.outcome ??= command.outcome(number);
      return number === life.attempt
        ? decideOutcome(stateOf(life), attempt.outcome, circumstances)
        : decideLateOutcome(stateOf(life, number), attempt.outcome);
    }
    case 'refunded': {
      const open = life.payments.filter(({ refund }) => refund === 'open');
      const done = open[command.which % Math.max(1, open.length)];
      if (done === undefined) return { kind: 'none' };
      done.refund = 'done';
      return decideRefunded(stateOf(life), 're', open.length - 1);
    }
    case 'cancel':
      return decideCancel(stateOf(life), 'no more');
    case 'update':
      return decideUpdate(stateOf(life), [{ sku: 'A', quantity: 1 }], {});
    case 'fail': {
      const decision = decideFailure(stateOf(life), 'boom', POLICY);
      if (decision.kind === 'none') life.attempts += 1;
      return decision;
    }
    case 'give-up':
      return giveUp(stateOf(life), 'payment_unknown', {});
    case 'act': {
      const { act } = command;
      if (life.status !== 'failed') return { kind: 'none' };
      if (act.kind === 'resolve') {
        const attempt = life.payments[life.attempt - 1];
        if (attempt === undefined || attempt.outcome !== null) return { kind: 'none' };
        attempt.outcome =
          act.outcome === 'charged' ? { kind: 'captured', chargeId: 'seen' } : { kind: 'voided' };
      }
      return decideAct(stateOf(life), life.cameFrom, act);
    }
  }
}

/** Carries a step out as the database does, and checks all that it relies upon. */
function apply(life: Life, decision: Decision): void {
  if (decision.kind === 'wait') expect(Number.isSafeInteger(decision.nextCheckMs)).toBe(true);
  if (decision.kind !== 'step') return;
  const { step } = decision;
  const from = life.status;
  expect(from === step.to || canMove(from, step.to), `${from} → ${step.to}`).toBe(true);
  expect(step.nextCheckMs === null || Number.isSafeInteger(step.nextCheckMs)).toBe(true);
  if (!isAtRest(step.to)) expect(step.nextCheckMs).not.toBeNull();
  expect(step.deadLetter !== undefined).toBe(step.to === 'failed' && from !== 'failed');

  if (step.stock === 'reserve') expect(life.holdsStock).toBe(false);
  if (step.stock === 'release' || step.stock === 'sell') expect(life.holdsStock).toBe(true);
  if (step.stock !== 'none') life.holdsStock = step.stock === 'reserve';

  expect(step.attempt).toBeGreaterThanOrEqual(life.attempt);
  if (step.attempt > life.attempt) {
    expect(step.attempt).toBe(life.attempt + 1);
    // A new key only after a definite no, or nothing at all, under the old one.
    expect(['none', 'not_charged']).toContain(paymentOf(life, life.attempt));
    life.payments.push({ outcome: null, refund: 'none' });
  }
  if (step.refund !== undefined) {
    const { chargeId } = step.refund;
    const row = life.payments.find(
      ({ outcome }) => outcome?.kind === 'captured' && outcome.chargeId === chargeId,
    );
    expect(row?.refund).toBe('none');
    if (row !== undefined) row.refund = 'open';
  }
  if (step.to === 'failed') life.cameFrom = from;
  Object.assign(life, {
    status: step.to,
    attempt: step.attempt,
    attempts: step.to === 'failed' ? life.attempts : 0,
  });
  expectSound(life);
}

function expectSound({ status, holdsStock, payments, attempt }: Life): void {
  if (status === 'reserved') expect(holdsStock).toBe(true);
  if (status !== 'reserved' && status !== 'cancelling' && status !== 'failed')
    expect(holdsStock).toBe(false);
  const kept = payments.filter(
    ({ outcome, refund }) => outcome?.kind === 'captured' && refund === 'none',
  );
  const unknown = payments.filter(({ outcome }) => outcome === null);
  if (status === 'completed') expect([kept.length, unknown.length]).toEqual([1, 0]);
  if (status === 'cancelled' || status === 'rejected')
    expect([kept.length, unknown.length]).toEqual([0, 0]);
  // Only the current attempt can be open: all before it came to a definite no.
  expect(unknown.length).toBeLessThanOrEqual(1);
  if (unknown.length === 1) expect(payments[attempt - 1]?.outcome).toBeNull();
  expect(kept.length).toBeLessThanOrEqual(1);
}

test.prop([fc.array(commands, { maxLength: 60 })], { numRuns: 3_000 })(
  'no sequence of events leads out of the transition table, sells or frees stock twice, or keeps money it must not',
  (all) => {
    const life: Life = {
      status: 'pending',
      holdsStock: false,
      attempt: 0,
      attempts: 0,
      cameFrom: 'pending',
      payments: [],
    };
    for (const command of all) apply(life, decide(life, command));
  },
);
