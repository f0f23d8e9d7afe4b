import { z } from 'zod';
import { skuSchema } from './text.ts';

/**
 * `PUT /warehouse/sold`: how many units of each SKU were ever sold. Running totals, so that a
 * repeated or late report changes nothing: the warehouse keeps the highest it was told. SKUs that
 * are left out keep theirs, so that a large catalogue may be reported in parts.
 */
export const soldReportSchema = z.object({
  totals: z.array(z.object({ sku: skuSchema, sold: z.int().min(0) })),
});

/** The answer to `PUT /warehouse/sold`: how many of the totals were higher than the known ones. */
export const soldReceiptSchema = z.object({ raised: z.int() });

/**
 * One row of the stock feed: `onHand` units lie in the warehouse, and `salesIncluded` of the
 * reported sales are already taken off them. Negative when more was sold than ever arrived.
 */
export const stockRowSchema = z.object({
  sku: skuSchema,
  onHand: z.int(),
  salesIncluded: z.int().min(0),
});

/**
 * `GET /warehouse/stock?cursor&limit`: one page of a frozen snapshot. All pages of one `sequence`
 * show the same moment `asOf`; a higher sequence is a later snapshot. Rows are checked one by one
 * with `stockRowSchema`: a bad row is no reason to lose its page. `nextCursor` is null on the last
 * page; a cursor whose snapshot is no longer kept answers 410, and the run starts over.
 */
export const stockPageSchema = z.object({
  asOf: z.iso.datetime(),
  sequence: z.int().min(1),
  rows: z.array(z.unknown()),
  nextCursor: z.string().min(1).nullable(),
});

/** `PUT /warehouse/stock` of the simulator: a count, after which so many units lie there. */
export const stockCountSchema = z.strictObject({
  rows: z.array(z.strictObject({ sku: skuSchema, onHand: z.int() })),
});

/** `POST /warehouse/deliveries` of the simulator: units that arrived, or with a minus, are gone. */
export const deliverySchema = z.strictObject({
  rows: z.array(z.strictObject({ sku: skuSchema, quantity: z.int() })),
});

export type SoldReport = z.infer<typeof soldReportSchema>;
export type SoldReceipt = z.infer<typeof soldReceiptSchema>;
export type StockRow = z.infer<typeof stockRowSchema>;
export type StockPage = z.infer<typeof stockPageSchema>;
export type StockCount = z.infer<typeof stockCountSchema>;
export type Delivery = z.infer<typeof deliverySchema>;
