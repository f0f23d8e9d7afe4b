import { z } from 'zod';

/**
 * What the ledger file holds about payments, one JSON object per line; the state in memory is the
 * records applied in order. `at` is in milliseconds since 1970.
 */
export const chargeRecordSchema = z.object({
  type: z.literal('charge'),
  key: z.string(),
  orderId: z.string(),
  amount: z.int(),
  currency: z.string(),
  status: z.enum(['captured', 'declined']),
  code: z.string().optional(),
  retryable: z.boolean().optional(),
  simulate: z.string().optional(),
  at: z.int(),
});

/** A key that was voided before it charged anything. */
export const voidRecordSchema = z.object({
  type: z.literal('void'),
  key: z.string(),
  at: z.int(),
});

export const refundRecordSchema = z.object({
  type: z.literal('refund'),
  key: z.string(),
  chargeId: z.string(),
  amount: z.int(),
  at: z.int(),
});

export type ChargeRecord = z.infer<typeof chargeRecordSchema>;
export type VoidRecord = z.infer<typeof voidRecordSchema>;
export type RefundRecord = z.infer<typeof refundRecordSchema>;
