import type { ChargeRecord, RefundRecord, VoidRecord } from './ledger-record.ts';

/** A charge, or a key voided before any (then without order and currency). */
export interface LedgerCharge {
  readonly id: string;
  readonly key: string;
  readonly orderId: string | null;
  /** Minor units. */
  readonly amount: number;
  readonly currency: string | null;
  readonly status: 'captured' | 'declined' | 'voided';
  readonly code: string | undefined;
  readonly retryable: boolean | undefined;
  readonly at: number;
  /** The charge of the same order before this one. */
  readonly earlier: LedgerCharge | undefined;
  /** Undefined until the first, since most have none. */
  refunds: LedgerRefund[] | undefined;
}

export interface LedgerRefund {
  readonly id: string;
  readonly key: string;
  readonly charge: LedgerCharge;
  readonly amount: number;
  readonly at: number;
  /** Its place among all refunds, from 0. */
  readonly index: number;
}

/**
 * Everything the provider ever did. Charges and refunds never change and are never removed; the
 * ids of one ledger file are unlike those of any other, so that a new file under an old database
 * cannot refund somebody else's charge.
 */
export interface Ledger {
  readonly id: string;
  readonly charges: LedgerCharge[];
  readonly chargeByKey: Map<string, LedgerCharge>;
  readonly latestOfOrder: Map<string, LedgerCharge>;
  readonly refunds: LedgerRefund[];
  readonly refundByKey: Map<string, LedgerRefund>;
}

export function createLedger(id: string): Ledger {
  return {
    id,
    charges: [],
    chargeByKey: new Map(),
    latestOfOrder: new Map(),
    refunds: [],
    refundByKey: new Map(),
  };
}

/** Enters one charge, live or from the file: checked before it was written, and not again. */
export function applyCharge(ledger: Ledger, record: ChargeRecord): LedgerCharge {
  const { key, orderId, amount, currency, status, code, retryable, at } = record;
  const earlier = ledger.latestOfOrder.get(orderId);
  const fields = { key, orderId, amount, currency, status, code, retryable, at, earlier };
  const charge = addCharge(ledger, fields);
  ledger.latestOfOrder.set(orderId, charge);
  return charge;
}

/** Enters a key that was voided before it charged anything. */
export function applyVoid(ledger: Ledger, { key, at }: VoidRecord): LedgerCharge {
  return addCharge(ledger, {
    ...{ key, orderId: null, amount: 0, currency: null, at },
    ...{ status: 'voided', code: undefined, retryable: undefined, earlier: undefined },
  });
}

/**
 * Enters one refund.
 * @throws Error when its charge is not in the ledger: the file was tampered with.
 */
export function applyRefund(ledger: Ledger, record: RefundRecord): LedgerRefund {
  const { key, chargeId, amount, at } = record;
  const charge = findCharge(ledger, chargeId);
  if (!charge) throw new Error(`refund ${key} is of the unknown ${chargeId}`);
  const index = ledger.refunds.length;
  const refund = { id: `re_${ledger.id}_${index + 1}`, key, charge, amount, at, index };
  (charge.refunds ??= []).push(refund);
  ledger.refunds.push(refund);
  ledger.refundByKey.set(key, refund);
  return refund;
}

function addCharge(ledger: Ledger, fields: Omit<LedgerCharge, 'id' | 'refunds'>): LedgerCharge {
  const id = `ch_${ledger.id}_${ledger.charges.length + 1}`;
  const charge = { id, ...fields, refunds: undefined };
  ledger.charges.push(charge);
  ledger.chargeByKey.set(charge.key, charge);
  return charge;
}

export function findCharge(ledger: Ledger, id: string): LedgerCharge | undefined {
  const charge = ledger.charges[Number(id.slice(id.lastIndexOf('_') + 1)) - 1];
  return charge?.id === id ? charge : undefined;
}

/** The charges of one order, latest first. */
export function* listChargesOfOrder(ledger: Ledger, orderId: string): Generator<LedgerCharge> {
  let charge = ledger.latestOfOrder.get(orderId);
  for (; charge; charge = charge.earlier) yield charge;
}

/** What was given back of a charge by the first `count` refunds of the ledger; all of them if left out. */
export function sumRefunds(charge: LedgerCharge, count = Infinity): number {
  let sum = 0;
  for (const refund of charge.refunds ?? []) if (refund.index < count) sum += refund.amount;
  return sum;
}
