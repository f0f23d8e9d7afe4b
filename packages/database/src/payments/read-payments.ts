import type { PaymentOutcome, PaymentState } from '@orders/domain/decision';
import type { AttemptState, RefundState } from '@orders/domain/next-call';
import type { Connection } from '../client.ts';
import { textArray } from '../sql-array.ts';

/** The money side of an order: every attempt, and the refunds that are still to be driven. */
export interface Payments {
  readonly attempts: readonly AttemptState[];
  readonly openRefunds: readonly RefundState[];
  /** Charges that were given back. */
  readonly refundedCharges: ReadonlySet<string>;
}

export const NO_PAYMENTS: Payments = {
  attempts: [],
  openRefunds: [],
  refundedCharges: new Set(),
};

interface AttemptRow {
  readonly order_id: string;
  readonly attempt: number;
  readonly key: string;
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly outcome: string | null;
  readonly charge_id: string | null;
  readonly code: string | null;
  readonly retryable: boolean | null;
  readonly created_at: Date;
}

interface RefundRow {
  readonly order_id: string;
  readonly n: number;
  readonly key: string;
  readonly charge_id: string;
  readonly amount_minor: bigint;
  readonly created_at: Date;
  readonly refunded: boolean;
}

/** Attempts and refunds of orders, by order id. To be called after the orders' lock. */
export async function readPayments(
  tx: Connection,
  ids: readonly string[],
): Promise<Map<string, Payments>> {
  if (ids.length === 0) return new Map();
  const attempts = await tx.$queryRaw<AttemptRow[]>`
    SELECT order_id, attempt, key, amount_minor, currency, outcome, charge_id, code, retryable, created_at
      FROM payment_attempts
     WHERE order_id = ANY(${textArray(ids)}::uuid[])
     ORDER BY order_id, attempt`;
  const refunds = await tx.$queryRaw<RefundRow[]>`
    SELECT order_id, n, key, charge_id, amount_minor, created_at, refunded_at IS NOT NULL AS refunded
      FROM refunds
     WHERE order_id = ANY(${textArray(ids)}::uuid[])
     ORDER BY order_id, n`;
  return new Map(
    ids.map((id) => [
      id,
      toPayments(
        attempts.filter((row) => row.order_id === id),
        refunds.filter((row) => row.order_id === id),
      ),
    ]),
  );
}

function toPayments(attempts: readonly AttemptRow[], refunds: readonly RefundRow[]): Payments {
  return {
    attempts: attempts.map((row) => ({
      attempt: row.attempt,
      key: row.key,
      amountMinor: Number(row.amount_minor),
      currency: row.currency,
      outcome: toOutcome(row),
      createdAt: row.created_at,
    })),
    openRefunds: refunds
      .filter((row) => !row.refunded)
      .map((row) => ({
        n: row.n,
        key: row.key,
        chargeId: row.charge_id,
        amountMinor: Number(row.amount_minor),
        createdAt: row.created_at,
      })),
    refundedCharges: new Set(refunds.filter((row) => row.refunded).map((row) => row.charge_id)),
  };
}

function toOutcome(row: AttemptRow): PaymentOutcome | null {
  switch (row.outcome) {
    case 'captured':
      return { kind: 'captured', chargeId: row.charge_id ?? '' };
    case 'declined':
      return { kind: 'declined', code: row.code ?? 'declined', retryable: row.retryable ?? false };
    case 'refused':
      return { kind: 'refused', code: row.code ?? 'refused' };
    case 'voided':
      return { kind: 'voided' };
    default:
      return null;
  }
}

/** How one attempt stands, refunds included. */
export function paymentState(payments: Payments, attempt: number): PaymentState {
  const row = payments.attempts.find((candidate) => candidate.attempt === attempt);
  if (row === undefined) return 'none';
  if (row.outcome === null) return 'unknown';
  if (row.outcome.kind !== 'captured') return 'not_charged';
  const { chargeId } = row.outcome;
  if (payments.refundedCharges.has(chargeId)) return 'not_charged';
  return payments.openRefunds.some((r) => r.chargeId === chargeId) ? 'refunding' : 'captured';
}
