import type { Database } from '@orders/database/client';
import { type Beginning, beginOrders, type OrderRun } from '@orders/database/orders/begin-orders';
import { countStart, readStarts } from '@orders/database/orders/count-start';
import type { Settled, Settlement } from '@orders/database/orders/settle-orders';
import { settleRefund } from '@orders/database/payments/settle-refund';
import type { NextCall } from '@orders/domain/next-call';
import type { RetryPolicy } from '@orders/domain/retry-policy';
import { backoffMs, FAILURE_BACKOFF, triesAfter } from '@orders/domain/retry-policy';
import type { Delivery, Outcome } from '@orders/queue/delivery';
import type { Failpoints } from '@orders/service/failpoints';
import type { CallResult } from '../payment/call-result.ts';
import type { PaymentProvider } from '../payment/payment-provider.ts';
import type { Tasks } from '../sweeper/hung-tasks.ts';
import { GIVE_BACK, hold, type Postpone, UNKNOWN_STATUS_DELAY_MS } from './postpone.ts';
import { createQuarantine } from './quarantine.ts';
import type { ReportFailure } from './report-failure.ts';

export interface FulfilmentParts {
  readonly database: Database;
  readonly provider: PaymentProvider;
  readonly policy: RetryPolicy;
  readonly failpoints: Failpoints;
  /** One element of a batch of `beginOrders`. */
  readonly begin: (run: OrderRun) => Promise<Beginning>;
  /** One element of a batch of `settleOrders`. */
  readonly settle: (settlement: Settlement) => Promise<Settled>;
  readonly reportFailure: ReportFailure;
  readonly postpone: Postpone;
  /** Runs a task under the eyes of the watchdog. */
  readonly track: Tasks['track'];
  /** Something became due: the sweeper need not wait for its second. */
  readonly nudge: () => void;
}

const DONE: Outcome = { kind: 'done' };

/**
 * Runs an order as far as it goes: reserve → charge → settle, or whatever an earlier run left
 * undone. Safe to be delivered any number of times, at once or again: every effect is conditional
 * on what PostgreSQL says, and every call carries a key that was committed before it.
 */
export function createFulfilOrder(
  parts: FulfilmentParts,
): (delivery: Delivery) => Promise<Outcome> {
  const quarantine = createQuarantine();
  return async (delivery) => {
    try {
      if (!delivery.redelivered) {
        return await parts.track(delivery.jobId, () => run(parts, delivery, parts.begin));
      }
      const starts = await readStarts(parts.database, delivery.orderId).catch(() => null);
      if (starts === null) {
        // Not counted yet, so it must come again as what it is.
        await hold(delivery);
        return { kind: 'not-begun' };
      }
      return await quarantine.run(starts, () =>
        parts.track(delivery.jobId, () => runAlone(parts, delivery)),
      );
    } catch (error) {
      return parts.reportFailure(delivery, error);
    }
  };
}

async function runAlone(parts: FulfilmentParts, delivery: Delivery): Promise<Outcome> {
  // Not its turn before this worker closed, or before its lock was lost.
  if (delivery.signal.aborted) return { kind: 'not-begun' };
  if (!(await countStart(parts.database, delivery, parts.policy))) return DONE;
  return run(parts, delivery, (order) => beginAlone(parts, order));
}

/** Outside of any batch, since this order may be the one that kills its worker. */
async function beginAlone(
  { database, policy }: FulfilmentParts,
  order: OrderRun,
): Promise<Beginning> {
  const [beginning] = await beginOrders(database, [order], policy);
  return beginning ?? { kind: 'rest' };
}

async function run(
  parts: FulfilmentParts,
  delivery: Delivery,
  begin: FulfilmentParts['begin'],
): Promise<Outcome> {
  const { orderId, dispatch } = delivery;
  const beginning = await begin({ orderId, dispatch });
  if (beginning.kind === 'unknown-status') return parts.postpone(delivery, UNKNOWN_STATUS_DELAY_MS);
  if (beginning.kind !== 'call') return DONE;
  // Our lock on the job is gone, and another worker runs the order by now; or it is time to close.
  if (delivery.signal.aborted) return GIVE_BACK;
  const { call } = beginning;
  const result = await makeCall(parts, delivery, beginning);
  switch (result.kind) {
    case 'outcome':
      if (call.kind === 'refund') return DONE;
      return settle(parts, {
        orderId,
        attempt: call.attempt.attempt,
        result: result.outcome,
        reserved: beginning.reserved,
      });
    case 'refunded':
      if (call.kind === 'refund')
        await settleRefund(parts.database, orderId, call.refund.n, result.refundId);
      return DONE;
    case 'not-found':
    case 'unknown':
    case 'not-sent':
      return waitOrGiveUp(parts, delivery, beginning, result);
  }
}

type Due = Extract<Beginning, { kind: 'call' }>;

async function makeCall(
  { provider, failpoints }: FulfilmentParts,
  { orderId }: Delivery,
  { call, metadata }: Due,
): Promise<CallResult> {
  async function lookUp(key: string): Promise<CallResult> {
    await failpoints.hit('look-up.before', [orderId]);
    const known = await provider.lookUp(key);
    await failpoints.hit('look-up.after', [orderId]);
    return known;
  }

  switch (call.kind) {
    case 'settle':
      return { kind: 'outcome', outcome: call.outcome };
    case 'charge': {
      if (call.lookUpFirst) {
        const known = await lookUp(call.attempt.key);
        if (known.kind !== 'not-found' || !call.mayRepeat) return known;
      }
      await failpoints.hit('charge.before', [orderId]);
      const result = await provider.charge(orderId, call.attempt, metadata);
      await failpoints.hit('charge.after', [orderId]);
      return result;
    }
    case 'void': {
      if (!call.mayRepeat) return lookUp(call.attempt.key);
      await failpoints.hit('void.before', [orderId]);
      const result = await provider.voidCharge(call.attempt.key);
      await failpoints.hit('void.after', [orderId]);
      return result;
    }
    case 'refund': {
      await failpoints.hit('refund.before', [orderId]);
      const result = await provider.refund(call.refund);
      await failpoints.hit('refund.after', [orderId]);
      return result;
    }
  }
}

async function settle(parts: FulfilmentParts, settlement: Settlement): Promise<Outcome> {
  const { status } = await parts.settle(settlement);
  // It goes on under a new dispatch: a refund, a retry of the payment.
  if (status === 'cancelling' || status === 'reserved') parts.nudge();
  return DONE;
}

/**
 * No definite answer. Outages are waited out with capped backoff, spending none of the order's
 * attempts, for as long as the policy allows; then an operator is asked. What an order at rest is
 * owed is never given up.
 */
async function waitOrGiveUp(
  parts: FulfilmentParts,
  delivery: Delivery,
  { call, attempt, ageMs }: Due,
  result: Extract<CallResult, { kind: 'not-found' | 'unknown' | 'not-sent' }>,
): Promise<Outcome> {
  const error = result.kind === 'unknown' ? result.error : `the provider answered ${result.kind}`;
  if (result.kind === 'unknown') await parts.reportFailure.outage(delivery, call.kind, error);

  const leftMs = parts.policy.giveUpAfterMs - ageMs;
  const onlyLookedUp = (call.kind === 'charge' || call.kind === 'void') && !call.mayRepeat;
  const keyIsForgotten = onlyLookedUp && result.kind === 'not-found';
  if (leftMs <= 0 || keyIsForgotten) {
    const reason = reasonToGiveUp(call, keyIsForgotten);
    const { orderId } = delivery;
    const gaveUp = { kind: 'gave-up', reason, error } as const;
    const { status } = await parts.settle({ orderId, attempt, result: gaveUp });
    if (status === 'failed') return DONE;
  }
  // Waits double with the time already waited, so no counter is needed.
  const tries = triesAfter(FAILURE_BACKOFF, ageMs);
  const waitMs = backoffMs(FAILURE_BACKOFF, tries, Math.random());
  const askedMs = result.kind === 'not-found' ? 0 : (result.retryAfterMs ?? 0);
  const delayMs = Math.max(waitMs, askedMs);
  return parts.postpone(delivery, leftMs > 0 ? Math.min(delayMs, Math.max(leftMs, 100)) : delayMs);
}

function reasonToGiveUp(call: NextCall, keyIsForgotten: boolean) {
  if (call.kind === 'refund') return 'refund_failed' as const;
  return keyIsForgotten ? ('payment_unknown' as const) : ('payment_unavailable' as const);
}
