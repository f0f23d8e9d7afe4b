import type { OrderExplanation } from '@orders/database/orders/explain-order';
import { formatMoney } from '@orders/domain/money';
import type { FoundJob } from '@orders/queue/queue-state';
import { describeNextStep } from './describe-next-step.ts';

/** What Redis says of an order: its job, none, or nothing because it cannot be asked. */
export type JobView =
  | { readonly kind: 'found'; readonly job: FoundJob }
  | { readonly kind: 'none' }
  | { readonly kind: 'unreachable'; readonly detail: string };

/** The story of an order for an operator: where it stands, what comes next, how it came there. */
export function describeOrder(order: OrderExplanation, job: JobView, now: Date): string {
  const total = { amount: Number(order.totalMinor), currency: order.currency };
  const reason = order.reason === null ? '' : ` (${order.reason})`;
  return [
    `Order ${order.id} of customer ${order.customerId}`,
    `  status     ${order.status}${reason}, version ${order.version}, since ${order.stepStartedAt.toISOString()}`,
    `  items      ${order.items.map(({ sku, quantity }) => `${quantity} x ${sku}`).join(', ')} = ${formatMoney(total)}`,
    `  next       ${describeNextStep(order, now)}`,
    `  stock      ${describeStock(order)}`,
    `  job        ${describeJob(job, order.dispatch)}`,
    ...section('Payment', order.payments.map(describePayment)),
    ...section('Refunds', order.refunds.map(describeRefund)),
    ...section('Dead letters', order.deadLetters.map(describeLetter)),
    ...section('Last errors, newest first', order.failures.map(describeError)),
    ...section('Log', order.events.map(describeEvent)),
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
}

function describeStock(order: OrderExplanation): string {
  if (order.holdsStock) return 'held';
  if (order.status === 'completed') return 'sold';
  if (order.backorders.length === 0) return 'not held';
  const short = order.backorders.map(({ sku, quantity }) => `${quantity} x ${sku}`);
  return `not held; waits for ${short.join(', ')}`;
}

function describeJob(view: JobView, dispatch: number): string {
  switch (view.kind) {
    case 'found': {
      const due = view.job.dueAt === null ? '' : `, due ${new Date(view.job.dueAt).toISOString()}`;
      const returned = view.job.lastReason === null ? '' : `, put back: ${view.job.lastReason}`;
      return `${view.job.state} in ${view.job.queue} as ${view.job.jobId}${due}, started ${view.job.attemptsStarted} times${returned}`;
    }
    case 'none':
      return `none in Redis for dispatch ${dispatch}`;
    case 'unreachable':
      return `unknown: Redis cannot be asked (${view.detail})`;
  }
}

function describePayment(payment: OrderExplanation['payments'][number]): string {
  const amount = formatMoney({ amount: Number(payment.amountMinor), currency: payment.currency });
  const outcome = payment.outcome ?? 'outcome unknown';
  const detail = [payment.chargeId, payment.code].filter((each) => each !== null).join(', ');
  return `attempt ${payment.attempt}  ${amount}  ${outcome}${detail === '' ? '' : ` (${detail})`}  key ${payment.key}`;
}

function describeRefund(refund: OrderExplanation['refunds'][number]): string {
  const amount = formatMoney({ amount: Number(refund.amountMinor), currency: refund.currency });
  const state =
    refund.refundedAt === null ? 'under way' : `done ${refund.refundedAt.toISOString()}`;
  return `refund ${refund.n}  ${amount} of ${refund.chargeId}  ${state}`;
}

function describeLetter(letter: OrderExplanation['deadLetters'][number]): string {
  const closed = letter.closedBy === null ? '' : ` by ${letter.closedBy}`;
  return `${letter.id}  ${letter.state}${closed}  ${letter.reason}, was ${letter.fromStatus}, ${letter.openedAt.toISOString()}`;
}

function describeError(failure: OrderExplanation['failures'][number]): string {
  return `${failure.at.toISOString()}  ${failure.kind} in ${failure.step}: ${failure.message}`;
}

function describeEvent(event: OrderExplanation['events'][number]): string {
  const path =
    event.fromStatus === null || event.fromStatus === event.toStatus
      ? event.toStatus
      : `${event.fromStatus} > ${event.toStatus}`;
  const reason = event.reason === null ? '' : ` (${event.reason})`;
  return `${String(event.seq).padStart(3)}  ${event.at.toISOString()}  ${event.type}: ${path}${reason}, by ${event.actor}`;
}
