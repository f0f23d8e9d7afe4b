import { z } from 'zod';
import { storableText } from './text.ts';

/** `POST /charges`: the amount in minor units. The `Idempotency-Key` header names the charge. */
export const chargeRequestSchema = z.object({
  orderId: z.string(),
  amount: z.int().min(0),
  currency: z.string().length(3),
  metadata: z.record(z.string(), z.string()),
});

/**
 * The answer to a charge, to a lookup by its key and to a void. `voided` means that the key was
 * voided before it captured anything and never will. A void answers `captured` when it came too
 * late: nothing was changed, the money has to be refunded.
 */
export const chargeSchema = z.object({
  id: storableText(255).min(1),
  status: z.enum(['captured', 'declined', 'voided']),
  code: storableText(255).optional(),
  retryable: z.boolean().optional(),
});

/** `POST /refunds`: money back from a captured charge. The `Idempotency-Key` names the refund. */
export const refundRequestSchema = z.object({
  chargeId: z.string().min(1),
  amount: z.int().min(0),
});

export const refundSchema = z.object({
  id: storableText(255).min(1),
  status: z.literal('refunded'),
});

/**
 * Every other answer, as application/problem+json. Known codes: `invalid-request`, `unknown-fate`
 * (400), `unknown-key`, `unknown-charge` (404), `key-reused` (409: the key belongs to another
 * amount, currency, order or charge), `not-captured`, `refund-too-large` (409), `already-captured`
 * (409: charged, but the answer has to be looked up by key), `rate-limited` (429), `unavailable`
 * (503), both with `Retry-After` in seconds.
 */
export const providerProblemSchema = z.object({
  status: z.int(),
  title: z.string(),
  code: z.string(),
  detail: z.string().optional(),
});

const ledgerChargeFields = {
  key: z.string(),
  id: z.string(),
  amount: z.int(),
  refundedAmount: z.int(),
  createdAt: z.string(),
};

/**
 * One charge of `GET /ledger`, the provider's own truth. A key that was voided before any charge
 * of it arrived belongs to no order.
 */
export const ledgerChargeSchema = z.discriminatedUnion('status', [
  z.object({
    ...ledgerChargeFields,
    status: z.enum(['captured', 'declined']),
    orderId: z.string(),
    currency: z.string(),
  }),
  z.object({
    ...ledgerChargeFields,
    status: z.literal('voided'),
    orderId: z.null(),
    currency: z.null(),
  }),
]);

export const ledgerRefundSchema = z.object({
  key: z.string(),
  id: z.string(),
  chargeId: z.string(),
  amount: z.int(),
  createdAt: z.string(),
});

/** `GET /ledger`: everything, or with `?orderId=` what belongs to one order; one moment's view. */
export const ledgerSchema = z.object({
  charges: z.array(ledgerChargeSchema),
  refunds: z.array(ledgerRefundSchema),
});

export type ChargeRequest = z.infer<typeof chargeRequestSchema>;
export type Charge = z.infer<typeof chargeSchema>;
export type RefundRequest = z.infer<typeof refundRequestSchema>;
export type LedgerCharge = z.infer<typeof ledgerChargeSchema>;
export type LedgerRefund = z.infer<typeof ledgerRefundSchema>;
export type Ledger = z.infer<typeof ledgerSchema>;
