import type { Finding } from '@orders/database/invariants/violation';
import { isOrderStatus, isTerminal } from '@orders/domain/order-status';
import type { LedgerEntry } from './sum-ledger.ts';

/** What an order says about money, as of the snapshot. */
export interface Owed {
  readonly status: string;
  readonly totalMinor: number;
  readonly currency: string;
  /** A refund is committed but not done. */
  readonly refundOpen: boolean;
}

/**
 * I3: holds the orders of a snapshot against the provider's ledger, which was fetched after it.
 * Between the two the orders that were under way have moved on, so only those at rest are judged
 * fully: completed means that exactly one charge of the total is kept, cancelled and rejected that
 * none is. The others must have at most one. Charges of orders that are not in the snapshot are
 * not judged here: they may be newer.
 */
export function judgeCharges(
  orders: ReadonlyMap<string, Owed>,
  ledger: ReadonlyMap<string, LedgerEntry>,
): Finding[] {
  const findings: Finding[] = [];
  for (const [id, order] of orders) {
    const entry = ledger.get(id);
    for (const detail of judgeOrder(order, entry)) findings.push({ subject: id, detail });
  }
  return findings;
}

function judgeOrder(order: Owed, entry: LedgerEntry | undefined): string[] {
  const kept = entry?.kept ?? [];
  const details = (entry?.overRefunded ?? []).map(
    (chargeId) => `more was given back of charge ${chargeId} than was taken`,
  );
  if (kept.length > 1) {
    const ids = kept.map((charge) => charge.id).join(', ');
    details.push(`is ${order.status} and was charged ${kept.length} times: ${ids}`);
    return details;
  }
  const isSettled = isOrderStatus(order.status) && isTerminal(order.status) && !order.refundOpen;
  if (!isSettled) return details;
  const [charge] = kept;
  if (order.status !== 'completed') {
    if (charge !== undefined) details.push(`is ${order.status}, but charge ${charge.id} was kept`);
  } else if (charge === undefined) {
    details.push('is completed, but no charge was kept');
  } else if (charge.amount !== order.totalMinor || charge.currency !== order.currency) {
    details.push(
      `has a total of ${order.totalMinor} ${order.currency}, but was charged ${charge.amount} ${charge.currency}`,
    );
  }
  return details;
}
