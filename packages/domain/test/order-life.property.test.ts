import { fc, test } from '@fast-check/vitest';
import {
  decideCancel,
  decideFailure,
  decideReservation,
  decideUpdate,
  giveUp,
} from '@orders/domain/decide';
import { decideLateOutcome, decideOutcome, decideRefunded } from '@orders/domain/decide-payment';
import { decideAct, type DeadLetterAct } from '@orders/domain/decide-act';
import type { Decision, PaymentOutcome } from '@orders/domain/decision';
import { PRODUCTION_RETRY_POLICY } from '@orders/domain/retry-policy';
import { apply, type Life, NOW, stateOf } from './order-life.ts';

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
      life.attempts += 1;
      return decideFailure(stateOf(life), 'boom', POLICY);
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
