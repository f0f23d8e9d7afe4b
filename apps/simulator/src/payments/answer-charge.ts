import type { Charge } from '@orders/domain/contracts/payment-provider';
import { type Answer, createAnswer } from '../http/answer.ts';
import type { LedgerCharge } from './ledger.ts';

/** A charge as the provider tells it. */
export function answerCharge(charge: LedgerCharge): Answer {
  const { id, status } = charge;
  if (status !== 'declined') return { status: 200, body: `{"id":"${id}","status":"${status}"}` };
  const { code, retryable } = charge;
  const declined: Charge = {
    id,
    status,
    ...(code !== undefined && { code }),
    ...(retryable !== undefined && { retryable }),
  };
  return createAnswer(declined);
}
