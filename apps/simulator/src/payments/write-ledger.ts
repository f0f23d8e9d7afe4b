import type * as wire from '@orders/domain/contracts/payment-provider';
import {
  type Ledger,
  type LedgerCharge,
  type LedgerRefund,
  listChargesOfOrder,
  sumRefunds,
} from './ledger.ts';

const ROWS_PER_CHUNK = 500;

/**
 * The ledger as JSON in chunks, all of one moment: that of this call, however long the reader takes
 * and whatever is charged and refunded meanwhile. Only the counts have to be remembered for that,
 * since charges and refunds are never changed or removed.
 */
export function writeLedger(ledger: Ledger): Iterable<string> {
  return writeUpTo(ledger, ledger.charges.length, ledger.refunds.length);
}

function* writeUpTo(ledger: Ledger, charges: number, refunds: number): Generator<string> {
  yield '{"charges":[';
  yield* writeRows(ledger.charges, charges, (charge) => toWireCharge(charge, refunds));
  yield '],"refunds":[';
  yield* writeRows(ledger.refunds, refunds, toWireRefund);
  yield ']}\n';
}

/** What belongs to one order, oldest first. */
export function listLedgerOfOrder(ledger: Ledger, orderId: string): wire.Ledger {
  const charges = [...listChargesOfOrder(ledger, orderId)].reverse();
  return {
    charges: charges.map((charge) => toWireCharge(charge)),
    refunds: charges.flatMap(({ refunds }) => refunds ?? []).map(toWireRefund),
  };
}

function* writeRows<Row>(
  rows: readonly Row[],
  count: number,
  toWire: (row: Row) => unknown,
): Generator<string> {
  for (let start = 0; start < count; start += ROWS_PER_CHUNK) {
    const page = rows.slice(start, Math.min(start + ROWS_PER_CHUNK, count));
    yield (start > 0 ? ',' : '') + page.map((row) => JSON.stringify(toWire(row))).join(',');
  }
}

function toWireCharge(charge: LedgerCharge, refunds?: number): wire.LedgerCharge {
  const { key, id, amount, at } = charge;
  const createdAt = new Date(at).toISOString();
  if (charge.status === 'voided') {
    const { status } = charge;
    return { key, id, orderId: null, amount, currency: null, status, refundedAmount: 0, createdAt };
  }
  const { orderId, currency, status } = charge;
  const refundedAmount = sumRefunds(charge, refunds);
  return { key, id, orderId, amount, currency, status, refundedAmount, createdAt };
}

function toWireRefund({ key, id, charge, amount, at }: LedgerRefund): wire.LedgerRefund {
  return { key, id, chargeId: charge.id, amount, createdAt: new Date(at).toISOString() };
}
