import { integer } from '@orders/service/config-values';
import { z } from 'zod';

/** What a load run is asked to do. */
export const loadOptionsSchema = z.object({
  orders: integer({ min: 1, max: 5_000_000 }).default(1_000),
  connections: integer({ min: 1, max: 20_000 }).default(1_000),
  /** Orders per second in all; as fast as the connections go without. */
  rate: integer({ min: 1, max: 1_000_000 }).optional(),
  /** From how many products the baskets are made. */
  skus: integer({ min: 1, max: 100_000 }).default(1_000),
  /** How many different customers order; each orders once by default, up to 1,000 of them. */
  customers: integer({ min: 1, max: 1_000_000 }).optional(),
  /** Make so many units of one product available, and order one of it each time. */
  stock: integer({ min: 0, max: 1_000_000 }).optional(),
  /** Where the report goes. */
  out: z.string().min(1).optional(),
  /** Seconds without any progress after which the run is called stalled. */
  patience: integer({ min: 1, max: 86_400 }).default(90),
});

export type LoadOptions = z.output<typeof loadOptionsSchema>;
