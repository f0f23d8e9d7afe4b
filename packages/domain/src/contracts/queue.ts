import { z } from 'zod';

export const queueNameSchema = z
  .string()
  .regex(/^orders-\d{1,2}$/)
  .meta({ examples: ['orders-0'] });

const count = z.int().min(0);

/** A queue as Redis has it. */
export const queueSchema = z
  .object({
    name: z.string(),
    shard: z.int(),
    waiting: count,
    delayed: count,
    active: count,
    paused: z.boolean().meta({ description: 'No worker takes jobs of it until it is resumed' }),
    oldestWaitingSeconds: z.number().nullable().meta({ description: 'null when none waits' }),
  })
  .meta({ id: 'Queue' });

export const queueListSchema = z.object({ data: z.array(queueSchema), nextCursor: z.null() });

export const queueSwitchedSchema = z
  .object({ name: z.string(), paused: z.boolean() })
  .meta({ id: 'QueueSwitched' });

/** `GET /admin/scaling`: what decides how many workers there should be. Rates are of the last minute. */
export const scalingSchema = z
  .object({
    waiting: count.meta({ description: 'Orders that wait for a worker' }),
    delayed: count.meta({
      description: 'Open orders that wait for stock, or for the time of their next try',
    }),
    active: count,
    oldestWaitingSeconds: z.number().min(0).meta({ description: '0 when none waits' }),
    arrivalPerSecond: z.number().min(0),
    completionPerSecond: z.number().min(0).meta({ description: 'Orders that came to rest' }),
    drainSeconds: z.number().min(0).nullable().meta({
      description: 'Until nothing waits at these rates; null when the line does not get shorter',
    }),
    workers: count.meta({ description: 'Seen in the last 15 s' }),
    desiredWorkers: count,
    degraded: z.boolean().meta({
      description: 'Redis is away: waiting, delayed and active are told from the orders themselves',
    }),
  })
  .meta({
    id: 'Scaling',
    examples: [
      {
        waiting: 12000,
        delayed: 40,
        active: 200,
        oldestWaitingSeconds: 14.2,
        arrivalPerSecond: 900,
        completionPerSecond: 700,
        drainSeconds: null,
        workers: 1,
        desiredWorkers: 3,
        degraded: false,
      },
    ],
  });

export type QueueView = z.infer<typeof queueSchema>;
export type Scaling = z.infer<typeof scalingSchema>;
