import type { ChargeRecord, RefundRecord, VoidRecord } from './ledger-record.ts';

/** A charge that was asked for, or a key that was voided before any was. */
export type LedgerCharge = PlacedCharge | VoidedKey;

export interface PlacedCharge extends Entry {
  readonly status: 'captured' | 'declined';
  readonly orderId: string;
  readonly currency: string;
  readonly code: string | undefined;
  readonly retryable: boolean | undefined;
  /** The charge of the same order before this one. */
  readonly earlier: PlacedCharge | undefined;
  /** Undefined until the first, since most have none. */
  refunds: LedgerRefund[] | undefined;
}

interface VoidedKey extends Entry {
  readonly status: 'voided';
}

interface Entry {
  readonly id: string;
  readonly key: string;
  /** Minor units. */
  readonly amount: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface LedgerRefund {
  readonly id: string;
  readonly key: string;
  readonly charge: PlacedCharge;
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
  readonly latestOfOrder: Map<string, PlacedCharge>;
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
export function applyCharge(ledger: Ledger, record: ChargeRecord): PlacedCharge {
  const { key, orderId, amount, currency, status, code, retryable, at } = record;
  const earlier = ledger.latestOfOrder.get(orderId);
  const id = nextChargeId(ledger);
  const fields = { id, key, orderId, amount, currency, status, code, retryable, at, earlier };
  const charge = { ...fields, refunds: undefined };
  addCharge(ledger, charge);
  ledger.latestOfOrder.set(orderId, charge);
  return charge;
}

/** Enters a key that was voided before it charged anything. */
export function applyVoid(ledger: Ledger, { key, at }: VoidRecord): void {
  addCharge(ledger, { id: nextChargeId(ledger), key, status: 'voided', amount: 0, at });
}

function nextChargeId(ledger: Ledger): string {
  return `ch_${ledger.id}_${ledger.charges.length + 1}`;
}

function addCharge(ledger: Ledger, charge: LedgerCharge): void {
  ledger.charges.push(charge);
  ledger.chargeByKey.set(charge.key, charge);
}

/**
 * Enters one refund.
 * @throws Error when the ledger has no such captured charge: the file was tampered with.
 */
export function applyRefund(ledger: Ledger, record: RefundRecord): LedgerRefund {
  const { key, chargeId, amount, at } = record;
  const charge = findCharge(ledger, chargeId);
  if (charge?.status !== 'captured') {
    throw new Error(`refund ${key} is of ${chargeId}, which captured nothing`);
  }
  const index = ledger.refunds.length;
  const refund = { id: `re_${ledger.id}_${index + 1}`, key, charge, amount, at, index };
  (charge.refunds ??= []).push(refund);
  ledger.refunds.push(refund);
  ledger.refundByKey.set(key, refund);
  return refund;
}

export function findCharge(ledger: Ledger, id: string): LedgerCharge | undefined {
  const charge = ledger.charges[Number(id.slice(id.lastIndexOf('_') + 1)) - 1];
  return charge?.id === id ? charge : undefined;
}

/** The charges of one order, latest first. */
export function* listChargesOfOrder(ledger: Ledger, orderId: string): Generator<PlacedCharge> {
  let charge = ledger.latestOfOrder.get(orderId);
  for (; charge; charge = charge.earlier) yield charge;
}

/** What was given back of a charge by the first `count` refunds of the ledger; all of them if left out. */
export function sumRefunds(charge: PlacedCharge, count = Infinity): number {
  let sum = 0;
  for (const refund of charge.refunds ?? []) if (refund.index < count) sum += refund.amount;
  return sum;
}
