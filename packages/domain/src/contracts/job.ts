import { z } from 'zod';

/** The version of the job's shape. A worker puts back what it does not know; it never fails it. */
export const JOB_VERSION = 1;

/**
 * A job of the queue: ids only, everything else is read from PostgreSQL when it runs. `dispatch`
 * counts the reasons to run; a job with an older one than its order's is superseded.
 */
export const orderJobSchema = z.object({
  v: z.literal(JOB_VERSION),
  orderId: z.uuid(),
  dispatch: z.int().min(1),
});

export type OrderJob = z.infer<typeof orderJobSchema>;
