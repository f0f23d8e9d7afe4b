import { z } from 'zod';
import { idSchema, skuSchema, storableText, timeSchema } from './text.ts';

/** Units of one SKU, as of one moment. */
export const stockSchema = z
  .object({
    sku: z.string(),
    onHand: z.int().meta({ description: 'Below zero only while a shortfall is open' }),
    reserved: z.int(),
    available: z.int().meta({ description: 'onHand - reserved' }),
    sold: z.int().meta({ description: 'Ever' }),
    shortfall: z
      .object({ missing: z.int(), openedAt: timeSchema })
      .nullable()
      .meta({ description: 'More is promised than is there' }),
  })
  .meta({ id: 'Stock' });

/** A change of stock that is not a sale. */
export const stockMovementSchema = z
  .object({
    kind: z.enum(['seed', 'adjustment', 'warehouse']),
    delta: z.int(),
    balance: z.int().meta({ description: 'Units on hand after it' }),
    reason: z.string(),
    actor: z.string(),
    recordedAt: timeSchema,
  })
  .meta({ id: 'StockMovement' });

export const stockDetailsSchema = stockSchema
  .extend({
    waiting: z.object({
      orders: z.int().meta({ description: 'Backordered orders that are short of it' }),
      units: z.int(),
      first: z
        .array(z.object({ orderId: idSchema, quantity: z.int(), since: timeSchema }))
        .meta({ description: 'The first in line, at most 20' }),
    }),
    movements: z.array(stockMovementSchema).meta({ description: 'The last 50, newest first' }),
  })
  .meta({ id: 'StockDetails' });

const MAX_DELTA = 1_000_000_000;

export const adjustmentBodySchema = z
  .strictObject({
    delta: z
      .int()
      .min(-MAX_DELTA)
      .max(MAX_DELTA)
      .refine((delta) => delta !== 0, { error: 'must not be 0' })
      .meta({ description: 'Units that came, or with a minus, are gone' }),
    reason: storableText(1_000).min(1).meta({ description: 'Why, for the books' }),
  })
  .meta({ id: 'StockAdjustment', examples: [{ delta: -3, reason: 'Broken in the warehouse' }] });

export const adjustedSchema = z
  .object({
    sku: skuSchema,
    delta: z.int(),
    reason: z.string(),
    onHand: z.int().meta({ description: 'Right after the adjustment' }),
  })
  .meta({ id: 'StockAdjusted' });

export type Stock = z.infer<typeof stockSchema>;
export type StockDetails = z.infer<typeof stockDetailsSchema>;
