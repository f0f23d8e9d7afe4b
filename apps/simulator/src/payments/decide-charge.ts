import type { ChargeRequest } from '@orders/domain/contracts/payment-provider';
import type { Fates } from '../faults/parse-fates.ts';
import { drawDecline, type Weather } from '../faults/weather.ts';
import { type Ledger, type LedgerCharge, listChargesOfOrder, type PlacedCharge } from './ledger.ts';

export type ChargeDecision =
  | { readonly kind: 'known'; readonly charge: LedgerCharge }
  | { readonly kind: 'key-reused' }
  | { readonly kind: 'new'; readonly outcome: ChargeOutcome };

type ChargeOutcome =
  | { readonly status: 'captured' }
  | { readonly status: 'declined'; readonly code: string; readonly retryable: boolean };

/**
 * One charge per key, for ever: a known key answers as it did, whatever the weather, and one that
 * was voided first never captures. The same key for other money or another order is refused.
 */
export function decideCharge(
  ledger: Ledger,
  key: string,
  request: ChargeRequest,
  fates: Fates | undefined,
  weather: Weather,
): ChargeDecision {
  const charge = ledger.chargeByKey.get(key);
  if (charge) {
    return charge.status === 'voided' || isSame(charge, request)
      ? { kind: 'known', charge }
      : { kind: 'key-reused' };
  }
  return { kind: 'new', outcome: decideOutcome(ledger, key, request.orderId, fates, weather) };
}

function isSame(charge: PlacedCharge, request: ChargeRequest): boolean {
  return (
    charge.amount === request.amount &&
    charge.orderId === request.orderId &&
    charge.currency === request.currency
  );
}

function decideOutcome(
  ledger: Ledger,
  key: string,
  orderId: string,
  fates: Fates | undefined,
  weather: Weather,
): ChargeOutcome {
  const drawn = drawDecline(weather, key);
  if (fates?.decline || drawn === 'hard') {
    return { status: 'declined', code: 'card_declined', retryable: false };
  }
  if (drawn === 'soft' || (fates && countDeclines(ledger, orderId) < fates.softDeclines)) {
    return { status: 'declined', code: 'insufficient_funds', retryable: true };
  }
  return { status: 'captured' };
}

/** Across the order's keys, since every attempt after a decline has a key of its own. */
function countDeclines(ledger: Ledger, orderId: string): number {
  let count = 0;
  for (const { status } of listChargesOfOrder(ledger, orderId))
    count += status === 'declined' ? 1 : 0;
  return count;
}
