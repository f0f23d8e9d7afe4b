import type { Charge } from '@orders/domain/contracts/payment-provider';
import { type Answer, createAnswer } from '../http/answer.ts';
import type { LedgerCharge } from './ledger.ts';

/** A charge as the provider tells it. */
export function answerCharge({ id, status, code, retryable }: LedgerCharge): Answer {
  if (status === 'captured') return { status: 200, body: `{"id":"${id}","status":"captured"}` };
  const charge: Charge = {
    id,
    status,
    ...(code !== undefined && { code }),
    ...(retryable !== undefined && { retryable }),
  };
  return createAnswer(charge);
}
