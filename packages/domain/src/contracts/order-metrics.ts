import { z } from 'zod';

const count = z.int().min(0);

/** `GET /metrics`: exact numbers over all orders. */
export const orderMetricsSchema = z
  .object({
    totalOrders: count,
    processedCount: count.meta({ description: 'Completed orders' }),
    averageProcessingTime: z.number().min(0).meta({
      description: 'Seconds from first pick-up to completed, over completed orders; 0 when none',
    }),
    orderCounts: z.object({
      pending: count,
      backordered: count,
      reserved: count,
      completed: count,
      rejected: count,
      cancelling: count,
      cancelled: count,
      failed: count,
    }),
    orderCountsCoarse: z
      .object({ Pending: count, Processing: count, Completed: count })
      .meta({ description: 'pending+backordered, reserved+cancelling, completed' }),
  })
  .meta({
    id: 'OrderMetrics',
    examples: [
      {
        totalOrders: 1042,
        processedCount: 1000,
        averageProcessingTime: 0.184,
        orderCounts: {
          pending: 12,
          backordered: 3,
          reserved: 9,
          completed: 1000,
          rejected: 11,
          cancelling: 1,
          cancelled: 5,
          failed: 1,
        },
        orderCountsCoarse: { Pending: 15, Processing: 10, Completed: 1000 },
      },
    ],
  });

export type OrderMetricsView = z.infer<typeof orderMetricsSchema>;
