import type { Demand } from '@orders/domain/allocate';
import { allocate } from '@orders/domain/allocate';
import { decideReservation } from '@orders/domain/decide';
import type { NextCall } from '@orders/domain/next-call';
import { chargeKey, nextCall } from '@orders/domain/next-call';
import type { RetryPolicy } from '@orders/domain/retry-policy';
import type { Connection, Database } from '../client.ts';
import { lockStockOfOrders } from '../inventory/lock-stock-of-orders.ts';
import { readWaiting } from '../inventory/read-waiting.ts';
import {
  NO_PAYMENTS,
  type Payments,
  paymentState,
  readPayments,
} from '../payments/read-payments.ts';
import { inTransaction } from '../transaction.ts';
import { applySteps } from './apply-steps.ts';
import type { Reserved } from './complete-reserved.ts';
import { lockOrders } from './lock-orders.ts';
import { type SeenOrder, toState } from './seen-order.ts';
import { afterStep, type OrderStep } from './move-orders.ts';
import { postponeOrders, type Postponement } from './postpone-orders.ts';
import { reservePlenty } from './reserve-plenty.ts';

/** A job's claim to run an order. */
export interface OrderRun {
  readonly orderId: string;
  readonly dispatch: number;
}

/** What a run has to do next. */
export type Beginning =
  /** A newer reason to run has replaced this one, or there is no such order. */
  | { readonly kind: 'superseded' }
  /** The order is in a status of a newer version: put the job back for a worker that knows it. */
  | { readonly kind: 'unknown-status' }
  /** Nothing is left to do, for now or for ever: the order waits for stock, or is at rest. */
  | { readonly kind: 'rest' }
  | {
      readonly kind: 'call';
      readonly call: Exclude<NextCall, { kind: 'nothing' }>;
      /** The order's current payment attempt. */
      readonly attempt: number;
      /** How long ago the present step of the order began: outages are bounded by this. */
      readonly ageMs: number;
      readonly metadata: Readonly<Record<string, string>>;
      /** The order as this run has reserved it; to be handed on to its settlement. */
      readonly reserved?: Reserved;
    };

/**
 * Begins the runs of a batch, with one result per element at its place: `pending` and `backordered`
 * orders get their stock and a payment attempt, or join the line, or are rejected; for all others it
 * is read where an earlier run left off. New orders of which there is plenty need two statements, all
 * others a transaction under their locks.
 *
 * Who gets the last unit is decided for the whole batch, first come first served, and behind the
 * orders that wait already. Committed when it resolves, so what it returns may be called.
 */
export async function beginOrders(
  database: Database,
  runs: readonly OrderRun[],
  policy: RetryPolicy,
): Promise<Beginning[]> {
  const reserved = await reservePlenty(database, runs, policy);
  const others = runs.filter(({ orderId }) => !reserved.has(orderId));
  const begun = others.length === 0 ? [] : await beginUnderLocks(database, others, policy);
  const rest = begun.values();
  return runs.map(({ orderId, dispatch }) => {
    const taken = reserved.get(orderId);
    if (taken === undefined) return rest.next().value ?? { kind: 'superseded' };
    if (taken.order.dispatch > dispatch) return { kind: 'superseded' };
    return toBeginning(taken.order, taken, undefined, policy);
  });
}

async function beginUnderLocks(
  database: Database,
  runs: readonly OrderRun[],
  policy: RetryPolicy,
): Promise<Beginning[]> {
  return inTransaction(
    database,
    async (tx) => {
      const ids = Array.from(new Set(runs.map(({ orderId }) => orderId)));
      const { orders, unknown } = await lockOrders(tx, ids);
      const current = runs.flatMap(({ orderId, dispatch }) => {
        const order = orders.get(orderId);
        return order !== undefined && order.dispatch <= dispatch ? [order] : [];
      });
      const unique = Array.from(new Set(current));
      const payments = await readPayments(
        tx,
        unique.filter((order) => order.attempt > 0).map(({ id }) => id),
      );
      const wanting = unique.filter(
        ({ status }) => status === 'pending' || status === 'backordered',
      );
      const reserved = await reserve(tx, wanting, payments, policy);
      const results = new Map(
        unique.map((order) => [
          order.id,
          toBeginning(order, reserved.get(order.id), payments.get(order.id), policy),
        ]),
      );
      return runs.map(({ orderId, dispatch }) => {
        if (unknown.has(orderId)) return { kind: 'unknown-status' };
        const order = orders.get(orderId);
        if (order === undefined || order.dispatch > dispatch) return { kind: 'superseded' };
        return results.get(orderId) ?? { kind: 'rest' };
      });
    },
    { step: 'reserve', orderIds: runs.map(({ orderId }) => orderId) },
  );
}

/** Decides about the stock of a whole batch and carries it out. Returns the steps taken. */
async function reserve(
  tx: Connection,
  orders: readonly SeenOrder[],
  payments: ReadonlyMap<string, Payments>,
  policy: RetryPolicy,
): Promise<Map<string, OrderStep>> {
  if (orders.length === 0) return new Map();
  const ids = orders.map(({ id }) => id);
  const { items, available } = await lockStockOfOrders(tx, ids);
  const demands: Demand[] = orders.map((order) => ({
    orderId: order.id,
    createdAt: order.createdAt,
    items: items.get(order.id) ?? [],
  }));
  const waiting = await readWaiting(tx, available, new Set(ids));
  const allocations = allocate(available, [...demands, ...waiting]);

  const steps: OrderStep[] = [];
  const postponements: Postponement[] = [];
  for (const order of orders) {
    const allocation = allocations.get(order.id);
    if (allocation === undefined) throw new Error(`no allocation for order ${order.id}`);
    const payment = paymentState(payments.get(order.id) ?? NO_PAYMENTS, order.attempt);
    const decision = decideReservation(toState(order, payment), allocation, {
      now: order.readAt,
      random: Math.random(),
      policy,
    });
    if (decision.kind === 'step') {
      const { step } = decision;
      steps.push({ order, step, items: items.get(order.id) ?? [], actor: 'system' });
    } else if (decision.kind === 'wait') {
      postponements.push({ order, nextCheckMs: decision.nextCheckMs, waitsFor: decision.waitsFor });
    }
  }
  await postponeOrders(tx, postponements);
  await applySteps(tx, steps, true);
  return new Map(steps.map((step) => [step.order.id, step]));
}

function toBeginning(
  order: SeenOrder,
  taken: OrderStep | undefined,
  payments: Payments | undefined,
  policy: RetryPolicy,
): Beginning {
  const status = taken?.step.to ?? order.status;
  const number = taken?.step.attempt ?? order.attempt;
  const known = payments?.attempts.find(({ attempt }) => attempt === number);
  const isFresh = known === undefined && number > 0;
  const attempt = isFresh
    ? {
        attempt: number,
        key: chargeKey(order.id, number),
        amountMinor: order.totalMinor,
        currency: order.currency,
        outcome: null,
        createdAt: order.readAt,
      }
    : (known ?? null);
  const refunds = payments?.openRefunds ?? [];
  const call = nextCall(status, attempt, refunds, isFresh ? number : null, order.readAt, policy);
  if (call.kind === 'nothing') return { kind: 'rest' };
  const ageMs = taken === undefined ? order.readAt.getTime() - order.stepStartedAt.getTime() : 0;
  const begun = { kind: 'call', call, attempt: number, ageMs, metadata: order.metadata } as const;
  if (taken === undefined) return begun;
  return { ...begun, reserved: { order: afterStep(order, taken.step), items: taken.items } };
}
