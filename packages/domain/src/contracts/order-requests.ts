import { z } from 'zod';
import { basketSchema, customerIdSchema, orderSchema, orderStatusSchema } from './order.ts';
import { storableText, timeSchema } from './text.ts';

/** `PATCH /orders/:id`: the whole basket anew. */
export const updateOrderBodySchema = z
  .strictObject({ items: basketSchema })
  .meta({ id: 'UpdateOrder', examples: [{ items: [{ sku: 'KEYBOARD-0001', quantity: 3 }] }] });

/** `POST /orders/:id/cancel`, which may also come without a body. */
export const cancelOrderBodySchema = z
  .strictObject({
    reason: storableText(500).min(1).optional().meta({ description: 'For the log of the order' }),
  })
  .meta({ id: 'CancelOrder', examples: [{ reason: 'Ordered by mistake' }] });

/** Which orders are listed: by status and by when they were placed; of whom, operators say. */
export const orderFilterSchema = z.strictObject({
  status: orderStatusSchema.optional(),
  createdFrom: timeSchema.optional().meta({ description: 'Placed at or after' }),
  createdTo: timeSchema.optional().meta({ description: 'Placed before' }),
  customerId: customerIdSchema.optional().meta({ description: 'For operators only' }),
});

export const orderListSchema = z
  .object({ data: z.array(orderSchema), nextCursor: z.string().nullable() })
  .meta({ id: 'OrderList' });
