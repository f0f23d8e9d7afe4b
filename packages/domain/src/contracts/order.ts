import { z } from 'zod';
import { MAX_QUANTITY, mergeItems } from '../basket.ts';
import { ORDER_STATUSES } from '../order-status.ts';
import { idSchema, moneySchema, skuSchema, storableText, timeSchema } from './text.ts';

/** The most bytes of UTF-8 that all keys and values of an order's metadata may take together. */
const MAX_METADATA_BYTES = 4096;

const basketItemSchema = z
  .strictObject({ sku: skuSchema, quantity: z.int().min(1).max(MAX_QUANTITY) })
  .meta({ id: 'BasketItem' });

/** 1–100 items; equal SKUs are merged, and the merged quantity has the same limit. */
export const basketSchema = z
  .array(basketItemSchema)
  .min(1)
  .max(100)
  .superRefine((items, context) => {
    if (mergeItems(items).some(({ quantity }) => quantity > MAX_QUANTITY)) {
      context.addIssue({
        code: 'custom',
        message: `quantities of one SKU add up to more than ${MAX_QUANTITY}`,
      });
    }
  });

const metadataSchema = z
  .record(storableText(MAX_METADATA_BYTES), storableText(MAX_METADATA_BYTES))
  .superRefine((metadata, context) => {
    let bytes = 0;
    for (const [key, value] of Object.entries(metadata)) {
      bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
    }
    if (bytes > MAX_METADATA_BYTES) {
      context.addIssue({ code: 'custom', message: `more than ${MAX_METADATA_BYTES} bytes in all` });
    }
  });

export const customerIdSchema = storableText(255).min(1);

/** `POST /orders` by a customer: who he is comes from the token, prices from the catalogue. */
export const placeOrderBodySchema = z
  .strictObject({
    items: basketSchema,
    expectedTotal: moneySchema.optional(),
    allowDuplicate: z.boolean().optional(),
    metadata: metadataSchema.optional(),
  })
  .meta({
    id: 'PlaceOrder',
    examples: [{ items: [{ sku: 'KEYBOARD-0001', quantity: 2 }], metadata: { cart: 'c-17' } }],
  });

/** `POST /orders` by an operator, who names the customer. */
export const placeOrderForBodySchema = placeOrderBodySchema
  .extend({ customerId: customerIdSchema })
  .meta({ id: 'PlaceOrderForCustomer' });

export const orderStatusSchema = z.enum(ORDER_STATUSES).meta({ id: 'OrderStatus' });

export const orderSchema = z
  .object({
    id: idSchema,
    customerId: z.string(),
    status: orderStatusSchema,
    reason: z.string().nullable(),
    items: z.array(z.object({ sku: z.string(), quantity: z.int(), unitPrice: moneySchema })),
    total: moneySchema,
    metadata: z.record(z.string(), z.string()),
    version: z.int(),
    createdAt: timeSchema,
    updatedAt: timeSchema,
    processingStartedAt: timeSchema.nullable(),
    processingFinishedAt: timeSchema.nullable(),
    completedAt: timeSchema.nullable(),
  })
  .meta({ id: 'Order' });

export const orderStatusViewSchema = z
  .object({
    id: idSchema,
    status: orderStatusSchema,
    reason: z.string().nullable(),
    version: z.int(),
    updatedAt: timeSchema,
  })
  .meta({ id: 'OrderStatusView' });

export const orderEventSchema = z
  .object({
    seq: z.int(),
    type: z.string(),
    from: orderStatusSchema.nullable(),
    to: orderStatusSchema,
    reason: z.string().nullable(),
    actor: z.string(),
    at: timeSchema,
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'OrderEvent' });

export type PlaceOrderBody = z.infer<typeof placeOrderBodySchema>;
export type Order = z.infer<typeof orderSchema>;
export type OrderStatusView = z.infer<typeof orderStatusViewSchema>;
export type OrderEvent = z.infer<typeof orderEventSchema>;
