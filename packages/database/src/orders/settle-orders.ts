import { giveUp } from '@orders/domain/decide';
import { decideLateOutcome, decideOutcome } from '@orders/domain/decide-payment';
import type { DeadLetterReason } from '@orders/domain/dead-letter-reason';
import type { Decision, PaymentOutcome } from '@orders/domain/decision';
import type { OrderStatus } from '@orders/domain/order-status';
import type { RetryPolicy } from '@orders/domain/retry-policy';
import type { Database } from '../client.ts';
import { lockStockOfOrders } from '../inventory/lock-stock-of-orders.ts';
import {
  NO_PAYMENTS,
  type Payments,
  paymentState,
  readPayments,
} from '../payments/read-payments.ts';
import { storeOutcomes } from '../payments/store-outcomes.ts';
import { toStorableText } from '../storable-text.ts';
import { inTransaction } from '../transaction.ts';
import { applySteps } from './apply-steps.ts';
import { completeReserved, type Reserved } from './complete-reserved.ts';
import { lockOrders } from './lock-orders.ts';
import { type SeenOrder, toState } from './seen-order.ts';
import type { OrderStep } from './move-orders.ts';

/** What a run found out about a payment attempt. */
export interface Settlement {
  readonly orderId: string;
  readonly attempt: number;
  readonly result:
    | PaymentOutcome
    /** Still unknown, and no longer worth waiting for without an operator. */
    | { readonly kind: 'gave-up'; readonly reason: DeadLetterReason; readonly error: string };
  /** The order as the run that asked for the money had reserved it; when it is still so, one statement settles it. */
  readonly reserved?: Reserved | undefined;
}

/** How the order stands now. */
export interface Settled {
  /** Null for an order in a status of a newer version: its outcome is stored, the rest is theirs. */
  readonly status: OrderStatus | null;
  /** Whether the order needs another run at once: money is to be given back. */
  readonly refundDue: boolean;
}

/**
 * Settles payment attempts of a batch, with one result per element at its place.
 *
 * What was reserved by the same run and is paid is completed in one statement, if nobody has touched
 * it since. All others are settled in one transaction: the outcome is first stored on its attempt,
 * whatever has become of the order; then the order takes the step that its status asks for: completed
 * with its stock sold, rejected or tried again, or given its money back. An outcome that arrives twice
 * changes nothing the second time. A second outcome of an order in the same batch is settled after the
 * first one is.
 */
export async function settleOrders(
  database: Database,
  settlements: readonly Settlement[],
  policy: RetryPolicy,
): Promise<Settled[]> {
  const settled: Settled[] = [];
  let left = settlements.map((settlement, place) => ({ settlement, place }));
  while (left.length > 0) {
    const seen = new Set<string>();
    const later: typeof left = [];
    const turn = left.filter((each) => {
      const isFirst = !seen.has(each.settlement.orderId);
      seen.add(each.settlement.orderId);
      if (!isFirst) later.push(each);
      return isFirst;
    });
    const batch = turn.map(({ settlement }) => settlement);
    const results = await settleDistinctOrders(database, batch, policy);
    for (const [index, { place }] of turn.entries()) {
      const result = results[index];
      if (result !== undefined) settled[place] = result;
    }
    left = later;
  }
  return settled;
}

async function settleDistinctOrders(
  database: Database,
  settlements: readonly Settlement[],
  policy: RetryPolicy,
): Promise<Settled[]> {
  const completed = await completeReserved(database, settlements, policy);
  const others = settlements.filter((settlement) => !completed.has(settlement));
  const settled = others.length === 0 ? [] : await settleUnderLocks(database, others, policy);
  const rest = settled.values();
  return settlements.map((settlement) => {
    if (completed.has(settlement)) return { status: 'completed', refundDue: false };
    return rest.next().value ?? { status: null, refundDue: false };
  });
}

async function settleUnderLocks(
  database: Database,
  settlements: readonly Settlement[],
  policy: RetryPolicy,
): Promise<Settled[]> {
  return inTransaction(
    database,
    async (tx) => {
      const ids = settlements.map(({ orderId }) => orderId);
      const { orders } = await lockOrders(tx, ids);
      await storeOutcomes(tx, settlements);
      // Attempts are read only where they matter: a first attempt that was captured needs nothing.
      const unusual = settlements.filter((settlement) => !isPlain(settlement, orders));
      const payments = await readPayments(
        tx,
        unusual.map(({ orderId }) => orderId),
      );

      const decided = new Map<string, Decision>();
      for (const settlement of settlements) {
        const order = orders.get(settlement.orderId);
        if (order === undefined) continue;
        decided.set(order.id, decide(order, settlement, payments.get(order.id), policy));
      }
      const stepping = Array.from(decided).flatMap(([id, decision]) => {
        const order = orders.get(id);
        return order !== undefined && decision.kind === 'step'
          ? [{ order, step: decision.step }]
          : [];
      });
      const moving = stepping
        .filter(({ step }) => step.stock !== 'none')
        .map(({ order }) => order.id);
      const { items } = await lockStockOfOrders(tx, moving);
      const steps: OrderStep[] = stepping.map(({ order, step }) => ({
        order,
        step,
        items: items.get(order.id) ?? [],
        actor: 'system',
      }));
      await applySteps(tx, steps, true);
      return settlements.map(({ orderId }) => toSettled(orders.get(orderId), decided.get(orderId)));
    },
    { step: 'settle', orderIds: settlements.map(({ orderId }) => orderId) },
  );
}

function isPlain(
  { orderId, attempt, result }: Settlement,
  orders: ReadonlyMap<string, SeenOrder>,
): boolean {
  const order = orders.get(orderId);
  return order?.status === 'reserved' && order.attempt === attempt && result.kind === 'captured';
}

function decide(
  order: SeenOrder,
  { attempt, result }: Settlement,
  payments: Payments = NO_PAYMENTS,
  policy: RetryPolicy,
): Decision {
  const state = toState(order, paymentState(payments, attempt));
  const outcome = outcomeOf(payments, attempt, result);
  if (outcome === null) {
    return attempt === order.attempt && result.kind === 'gave-up'
      ? giveUp(state, result.reason, { attempt, error: toStorableText(result.error, 500) })
      : { kind: 'none' };
  }
  if (attempt !== order.attempt) return decideLateOutcome(state, outcome);
  return decideOutcome(state, outcome, { now: order.readAt, random: Math.random(), policy });
}

/**
 * What is stored decides, not what this run was told: an operator, or another run, may have said
 * otherwise before, and the books follow what is stored. Null when nothing is known, or when it is
 * not the attempt but its refund that was given up.
 */
function outcomeOf(
  payments: Payments,
  attempt: number,
  result: Settlement['result'],
): PaymentOutcome | null {
  const stored = payments.attempts.find((known) => known.attempt === attempt)?.outcome ?? null;
  if (result.kind !== 'gave-up') return stored ?? result;
  return result.reason === 'refund_failed' ? null : stored;
}

function toSettled(order: SeenOrder | undefined, decision: Decision | undefined): Settled {
  if (order === undefined) return { status: null, refundDue: false };
  if (decision?.kind !== 'step') return { status: order.status, refundDue: false };
  return { status: decision.step.to, refundDue: decision.step.refund !== undefined };
}
