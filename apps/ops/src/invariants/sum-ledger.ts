import type { Ledger } from '@orders/domain/contracts/payment-provider';

/** A captured charge that was not given back in full. Amounts in minor units. */
export interface KeptCharge {
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
}

/** What the provider's ledger says of one order. */
export interface LedgerEntry {
  readonly kept: readonly KeptCharge[];
  /** Captured charges of which more was given back than was taken. */
  readonly overRefunded: readonly string[];
}

/** The ledger by order: only captured charges matter, declined and voided ones moved no money. */
export function sumLedger({ charges }: Ledger): Map<string, LedgerEntry> {
  const entries = new Map<string, { kept: KeptCharge[]; overRefunded: string[] }>();
  for (const charge of charges) {
    if (charge.status !== 'captured') continue;
    const entry = entries.get(charge.orderId) ?? { kept: [], overRefunded: [] };
    entries.set(charge.orderId, entry);
    if (charge.refundedAmount > charge.amount) entry.overRefunded.push(charge.id);
    if (charge.refundedAmount >= charge.amount && charge.refundedAmount > 0) continue;
    entry.kept.push({ id: charge.id, amount: charge.amount, currency: charge.currency });
  }
  return entries;
}
