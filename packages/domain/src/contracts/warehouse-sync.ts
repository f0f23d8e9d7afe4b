import { z } from 'zod';
import { idSchema, timeSchema } from './text.ts';

/** A run of the sync with the warehouse. */
export const warehouseSyncSchema = z
  .object({
    id: idSchema,
    state: z.enum(['requested', 'running', 'completed', 'stopped', 'failed']).meta({
      description:
        '`stopped`: the feed was not believed and nothing was applied; `force` applies it',
    }),
    actor: z.string().meta({ description: '`system` for the schedule' }),
    dryRun: z.boolean(),
    force: z.boolean(),
    sequence: z.int().nullable().meta({ description: 'Number of the snapshot' }),
    asOf: timeSchema.nullable().meta({ description: 'Moment of the snapshot' }),
    rowsSeen: z.int(),
    rowsChanged: z.int(),
    rowsUnknown: z.int(),
    rowsBad: z.int(),
    error: z.string().nullable(),
    createdAt: timeSchema,
    startedAt: timeSchema.nullable(),
    finishedAt: timeSchema.nullable(),
  })
  .meta({ id: 'WarehouseSync' });

/** What a run did to a SKU, or why it could not. Rows that agree are not told of. */
const warehouseSyncRowSchema = z
  .object({
    n: z.int().meta({ description: 'Place in the feed, from 1' }),
    outcome: z.enum(['changed', 'unknown', 'bad']),
    sku: z.string().nullable(),
    before: z.int().nullable(),
    after: z.int().nullable(),
    detail: z.string().nullable(),
  })
  .meta({ id: 'WarehouseSyncRow' });

export const warehouseSyncDetailsSchema = warehouseSyncSchema
  .extend({ rows: z.array(warehouseSyncRowSchema), nextCursor: z.string().nullable() })
  .meta({ id: 'WarehouseSyncDetails' });

export const requestSyncBodySchema = z
  .strictObject({
    dryRun: z
      .boolean()
      .optional()
      .meta({ description: 'Report what would change, change nothing' }),
    force: z.boolean().optional().meta({
      description:
        'Believe the feed even if it is older, empty, or changes a third of the catalogue',
    }),
  })
  .meta({ id: 'RequestWarehouseSync', examples: [{ dryRun: true }] });
