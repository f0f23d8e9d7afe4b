/** What of an order its next step depends on. */
export interface OrderFacts {
  readonly status: string;
  readonly nextCheckAt: Date | null;
  readonly payments: readonly { readonly outcome: string | null }[];
  readonly refunds: readonly { readonly refundedAt: Date | null }[];
  readonly deadLetters: readonly { readonly id: string; readonly state: string }[];
}

/** What happens next with an order, and when, in one sentence. */
export function describeNextStep(order: OrderFacts, now: Date): string {
  const refundOpen = order.refunds.some(({ refundedAt }) => refundedAt === null);
  const letter = order.deadLetters.find(({ state }) => state === 'open');
  if (letter !== undefined) {
    return `waits for an operator: redrive, discard or resolve dead letter ${letter.id}`;
  }
  if (order.nextCheckAt === null) {
    return refundOpen ? 'a refund is owed, but nothing will look at it' : 'nothing: it is at rest';
  }
  return `${describeWork(order, refundOpen)}; looked at ${describeTime(order.nextCheckAt, now)}`;
}

function describeWork(order: OrderFacts, refundOpen: boolean): string {
  if (refundOpen) return 'the refund is made';
  switch (order.status) {
    case 'pending':
      return 'stock is reserved';
    case 'backordered':
      return 'stock is asked for again';
    case 'reserved':
      return order.payments.at(-1)?.outcome === 'captured'
        ? 'it is completed'
        : 'the payment is charged';
    case 'cancelling':
      return "the payment's outcome decides between void and refund";
    default:
      return 'it is looked at';
  }
}

function describeTime(at: Date, now: Date): string {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000);
  return seconds < 0
    ? `${-seconds} s ago at the latest (overdue)`
    : `in ${seconds} s at the latest`;
}
