import type { JobsOptions } from 'bullmq';

export const QUEUE = 'textbook-orders';

export const JOB_OPTIONS: JobsOptions = {
  attempts: 5,
  backoff: { type: 'exponential', delay: 1_000 },
  removeOnComplete: true,
  removeOnFail: 1_000,
};
