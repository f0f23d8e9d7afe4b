import type { Ledger } from '@orders/domain/contracts/payment-provider';

/** How many charges of each order the provider keeps: captured and not given back. */
export function sumKept({ charges }: Ledger): Map<string, number> {
  const kept = new Map<string, number>();
  for (const charge of charges) {
    if (charge.status !== 'captured' || charge.refundedAmount >= charge.amount) continue;
    kept.set(charge.orderId, (kept.get(charge.orderId) ?? 0) + 1);
  }
  return kept;
}
