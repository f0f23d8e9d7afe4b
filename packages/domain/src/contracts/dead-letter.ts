import { z } from 'zod';
import { DEAD_LETTER_REASONS, DEAD_LETTER_STATES } from '../dead-letter-reason.ts';
import { orderEventSchema, orderSchema, orderStatusSchema } from './order.ts';
import { idSchema, moneySchema, storableText, timeSchema } from './text.ts';

const deadLetterReasonSchema = z.enum(DEAD_LETTER_REASONS).meta({ id: 'DeadLetterReason' });

/** Which dead letters: by why they gave up and when that was. */
export const deadLetterFilterSchema = z.strictObject({
  reason: deadLetterReasonSchema.optional(),
  from: timeSchema.optional().meta({ description: 'Opened at or after' }),
  to: timeSchema.optional().meta({ description: 'Opened before' }),
});

export const deadLetterStateSchema = z.enum(DEAD_LETTER_STATES);

export const deadLetterSchema = z
  .object({
    id: idSchema,
    orderId: idSchema,
    reason: z.string(),
    fromStatus: orderStatusSchema.meta({ description: 'Where the order gave up' }),
    detail: z.record(z.string(), z.unknown()),
    attempts: z.int().meta({ description: "The order's own failures" }),
    state: deadLetterStateSchema,
    holdsStock: z.boolean().meta({ description: 'Its payment may have gone through' }),
    openedAt: timeSchema,
    closedAt: timeSchema.nullable(),
    closedBy: z.string().nullable(),
    note: z.string().nullable(),
  })
  .meta({ id: 'DeadLetter' });

/** An attempt to charge, as its row says. */
export const paymentAttemptSchema = z
  .object({
    attempt: z.int(),
    key: z.string().meta({ description: 'The Idempotency-Key under which the provider knows it' }),
    amount: moneySchema,
    outcome: z.enum(['captured', 'declined', 'voided', 'refused']).nullable().meta({
      description: 'null while it is unknown',
    }),
    chargeId: z.string().nullable(),
    code: z.string().nullable(),
    createdAt: timeSchema,
    settledAt: timeSchema.nullable(),
  })
  .meta({ id: 'PaymentAttempt' });

/** An error that an order met. */
export const orderFailureSchema = z
  .object({
    step: z.string(),
    kind: z.string().meta({ description: '`own` spends an attempt of the order, `outage` none' }),
    message: z.string(),
    attempt: z.int(),
    dispatch: z.int(),
    at: timeSchema,
  })
  .meta({ id: 'OrderFailure' });

/** Everything that is known about why an order gave up. */
export const deadLetterDetailsSchema = deadLetterSchema
  .extend({
    order: orderSchema,
    payments: z.array(paymentAttemptSchema),
    failures: z.array(orderFailureSchema).meta({ description: 'Newest first' }),
    events: z.array(orderEventSchema),
  })
  .meta({ id: 'DeadLetterDetails' });

const reasonSchema = storableText(1_000).min(1).meta({ description: 'Why, for the log' });

export const redriveBodySchema = z
  .strictObject({
    force: z.boolean().optional().meta({
      description: 'Also when the customer has ordered the same again since',
    }),
  })
  .meta({ id: 'Redrive', examples: [{}] });

export const discardBodySchema = z
  .strictObject({ reason: reasonSchema })
  .meta({ id: 'Discard', examples: [{ reason: 'The customer was called and ordered elsewhere' }] });

/** What an operator found out at the provider about a payment of unknown outcome. */
export const resolveBodySchema = z
  .strictObject({
    outcome: z.enum(['charged', 'not_charged']),
    reference: storableText(255).min(1).optional().meta({
      description: "The provider's id of the charge; needed for `charged`",
    }),
    reason: reasonSchema,
  })
  .refine(({ outcome, reference }) => outcome === 'not_charged' || reference !== undefined, {
    path: ['reference'],
    error: 'is needed when the outcome is `charged`',
  })
  .meta({
    id: 'Resolve',
    examples: [
      { outcome: 'charged', reference: 'ch_12', reason: 'Seen in the provider’s dashboard' },
    ],
  });

/** The most that one bulk redrive acts on. */
const MAX_BULK_REDRIVE = 10_000;

export const bulkRedriveBodySchema = z
  .strictObject({
    filter: deadLetterFilterSchema,
    expectedCount: z.int().min(0).max(MAX_BULK_REDRIVE).meta({
      description: 'Nothing is done unless exactly so many are open and match',
    }),
    dryRun: z.boolean(),
  })
  .meta({
    id: 'BulkRedrive',
    examples: [{ filter: { reason: 'payment_unavailable' }, expectedCount: 12, dryRun: false }],
  });

/** What an act on a dead letter came to. */
export const deadLetterActedSchema = z
  .object({ id: idSchema, orderId: idSchema, status: orderStatusSchema })
  .meta({ id: 'DeadLetterActed' });

export const bulkRedrivenSchema = z
  .object({
    matching: z.int(),
    dryRun: z.boolean(),
    redriven: z.int(),
    refused: z.array(
      z.object({
        id: idSchema,
        reason: z.enum(['already-redriven', 'duplicate-order', 'not-found']),
      }),
    ),
  })
  .meta({ id: 'BulkRedriven' });

export type DeadLetterView = z.infer<typeof deadLetterSchema>;
export type DeadLetterDetails = z.infer<typeof deadLetterDetailsSchema>;
export type DeadLetterActed = z.infer<typeof deadLetterActedSchema>;
export type BulkRedriven = z.infer<typeof bulkRedrivenSchema>;
