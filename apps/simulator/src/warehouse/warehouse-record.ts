import { z } from 'zod';

/** Reported totals that were higher than the ones known before. */
export const soldRecordSchema = z.object({
  type: z.literal('sold'),
  totals: z.array(z.object({ sku: z.string(), sold: z.int() })),
});

/** What ever arrived, per SKU: absolute, so that applying it twice changes nothing. */
export const receivedRecordSchema = z.object({
  type: z.literal('received'),
  rows: z.array(z.object({ sku: z.string(), received: z.int() })),
});

/** A sequence number is spent. Only the number is kept: no restart may ever give it out again. */
export const snapshotRecordSchema = z.object({
  type: z.literal('snapshot'),
  sequence: z.int(),
});

export type SoldRecord = z.infer<typeof soldRecordSchema>;
export type ReceivedRecord = z.infer<typeof receivedRecordSchema>;
export type WarehouseRecord = SoldRecord | ReceivedRecord | z.infer<typeof snapshotRecordSchema>;
