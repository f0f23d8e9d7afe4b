import { type DeadLetterAct, decideAct } from '@orders/domain/decide-act';
import type { OrderStatus } from '@orders/domain/order-status';
import type { Connection, Database } from '../client.ts';
import type { OrderRun } from '../orders/begin-orders.ts';
import { lockGuards } from '../orders/lock-guards.ts';
import { lockOrder } from '../orders/lock-orders.ts';
import { toOrderStatus } from '../orders/order-row.ts';
import { takeStep } from '../orders/take-step.ts';
import { storeOutcomes } from '../payments/store-outcomes.ts';
import { inTransaction } from '../transaction.ts';

/** An act, and what it needs beside the decision. */
export type OperatorAct =
  | { readonly kind: 'redrive'; readonly force: boolean }
  | Extract<DeadLetterAct, { kind: 'discard' }>
  | (Extract<DeadLetterAct, { kind: 'resolve' }> & {
      /** The provider's id of the charge; needed for `charged`. */
      readonly reference: string | null;
    });

export type ActResult =
  | {
      readonly kind: 'done';
      readonly orderId: string;
      readonly status: OrderStatus;
      /** To be enqueued; null when the act has ended the order. */
      readonly run: OrderRun | null;
    }
  | { readonly kind: 'not-found' }
  /** Somebody acted on it before. */
  | { readonly kind: 'already-closed' }
  /** The customer has ordered the same basket again since: redriving would deliver twice. */
  | { readonly kind: 'live-twin'; readonly existingOrderId: string }
  /** The payment to be resolved is not in doubt, or a charge was named without its reference. */
  | { readonly kind: 'nothing-to-resolve' };

/**
 * Acts on a dead letter: closes it with who and why, and moves its order, in one transaction. Of
 * many who act at once, one is first (under the order's lock) and the others are told so.
 */
export async function actOnDeadLetter(
  database: Database,
  deadLetterId: string,
  act: OperatorAct,
  actor: string,
): Promise<ActResult> {
  return inTransaction(
    database,
    async (tx) => {
      const known = await tx.deadLetter.findUnique({ where: { id: deadLetterId } });
      if (known === null) return { kind: 'not-found' };
      const order = await lockOrder(tx, known.orderId);
      const letter = await tx.deadLetter.findUnique({ where: { id: deadLetterId } });
      if (order === null || letter === null) return { kind: 'not-found' };
      if (letter.state !== 'open') return { kind: 'already-closed' };

      if (act.kind === 'redrive' && !act.force && letter.fromStatus !== 'cancelling') {
        const twin = await findLiveTwin(tx, order.id, order.customerId);
        if (twin !== null) return { kind: 'live-twin', existingOrderId: twin };
      }
      if (act.kind === 'resolve' && !(await storeResolution(tx, order, act))) {
        return { kind: 'nothing-to-resolve' };
      }
      const note = act.kind === 'redrive' ? null : act.reason;
      await tx.deadLetter.update({
        where: { id: deadLetterId },
        data: { state: CLOSED_STATE[act.kind], closedAt: new Date(), closedBy: actor, note },
      });
      const cameFrom = toOrderStatus(letter.fromStatus);
      const step = await takeStep(tx, order, actor, false, (state) =>
        decideAct(state, cameFrom, act),
      );
      if (step === null) throw new Error(`order ${order.id} has a dead letter but has not failed`);
      const run = step.redispatch ? { orderId: order.id, dispatch: order.dispatch + 1 } : null;
      return { kind: 'done', orderId: order.id, status: step.to, run };
    },
    { step: 'act', orderIds: [] },
  );
}

const CLOSED_STATE = { redrive: 'redriven', discard: 'discarded', resolve: 'resolved' } as const;

/** False when the current attempt's outcome is known already, or the reference is missing or of another. */
async function storeResolution(
  tx: Connection,
  order: { readonly id: string; readonly attempt: number },
  act: Extract<OperatorAct, { kind: 'resolve' }>,
): Promise<boolean> {
  const key = { orderId: order.id, attempt: order.attempt };
  const attempt = await tx.paymentAttempt.findUnique({ where: { orderId_attempt: key } });
  if (attempt === null || attempt.outcome !== null) return false;
  if (act.outcome === 'charged') {
    if (act.reference === null) return false;
    // The slip of an operator: this charge is another order's, and given back.
    const refund = await tx.refund.findUnique({ where: { chargeId: act.reference } });
    if (refund !== null && refund.orderId !== order.id) return false;
    await storeOutcomes(tx, [{ ...key, result: { kind: 'captured', chargeId: act.reference } }]);
  } else {
    await storeOutcomes(tx, [{ ...key, result: { kind: 'voided' } }]);
  }
  return true;
}

/**
 * Another order of the same basket by the same customer that was placed since and is alive: neither
 * over nor failed, or failed with its payment in doubt.
 */
async function findLiveTwin(
  tx: Connection,
  orderId: string,
  customerId: string,
): Promise<string | null> {
  const order = await tx.order.findUniqueOrThrow({
    where: { id: orderId },
    select: { fingerprint: true, createdAt: true },
  });
  const { fingerprint, createdAt } = order;
  await lockGuards(tx, [{ customerId, fingerprint, allowDuplicate: false }], true);
  const twin = await tx.order.findFirst({
    where: {
      customerId,
      fingerprint,
      id: { not: orderId },
      createdAt: { gte: createdAt },
      OR: [
        { status: { notIn: ['cancelled', 'rejected', 'failed'] } },
        { status: 'failed', payments: { some: { outcome: null } } },
      ],
    },
    select: { id: true },
  });
  return twin?.id ?? null;
}
